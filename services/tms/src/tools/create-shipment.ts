import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { directions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import {
  Address,
  Coordinates,
  Moment,
  OrderRef,
  Parcels,
  RmaNumber,
  Skill,
  WarehouseId,
  Window,
} from '../identifiers.ts'
import { createShipment as create } from '../shipment.ts'
import { ShipmentSummary, shipmentSummary } from '../shipment-view.ts'
import { shipmentUri } from '../uris.ts'

export const createShipment = defineTool({
  name: 'create_shipment',
  title: 'Create shipment',
  description:
    'Book parcels to be sent from a warehouse, or (direction return) to be fetched for one. The same shipment_ref, or the same return, again answers with that shipment. Next: quote_rates and buy_label, with a carrier or the own fleet.',
  scope: 'tms:ship',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    direction: z.enum(directions).default('outbound'),
    order_ref: OrderRef.optional(),
    shipment_ref: OrderRef.optional().describe("The sender's own name of the parcels; needed unless it is a return"),
    rma_number: RmaNumber.optional().describe('The return that the goods come back by'),
    warehouse: WarehouseId,
    ship_to: Address.describe("The customer's end: where an order goes, or where a return is fetched"),
    coordinates: Coordinates.optional().describe('Exact place; without it the address is looked up'),
    service_level: z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default('standard')
      .describe('For example standard or express'),
    packages: Parcels,
    window: Window.optional().describe('When somebody is there'),
    promised_by: Moment.optional().describe('Default: by the service level'),
    skills: z.array(Skill).max(10).optional().describe('What a vehicle must have, for example cold or liftgate'),
    priority: z.int().min(0).max(100).default(50).describe('100 is the last to be left out of a plan'),
    declared_value_minor: z.int().nonnegative().optional(),
    cod_minor: z.int().positive().optional().describe('To be collected at the door'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('USD'),
  }),
  output: ShipmentSummary,
  text: ({ shipment_id, status, depot }) => `Shipment ${shipment_id} at ${depot}: ${status}`,
  handle: async (args, { db, caller, changed }) => {
    requireName(args)
    const { window, promised_by } = args
    const shipment = await create(db, {
      direction: args.direction,
      orderRef: args.order_ref,
      shipmentRef: args.shipment_ref,
      rmaNumber: args.rma_number,
      warehouse: args.warehouse,
      address: args.ship_to,
      coordinates: args.coordinates,
      serviceLevel: args.service_level,
      packages: args.packages,
      window: window && { from: new Date(window.from), to: new Date(window.to) },
      promisedBy: promised_by === undefined ? undefined : new Date(promised_by),
      skills: args.skills,
      priority: args.priority,
      declaredValueMinor: args.declared_value_minor,
      codMinor: args.cod_minor,
      currency: args.currency,
      actor: caller.subject,
    })
    changed(shipmentUri(shipment.id))
    return shipmentSummary(shipment)
  },
})

/** A repeated call is recognised by the name of the parcels or by the return. */
function requireName({ direction, shipment_ref, rma_number }: Record<string, unknown>): void {
  if (direction === 'return' && rma_number === undefined)
    throw new BusinessError('invalid_argument', 'A return needs its rma_number.')
  if (direction === 'outbound' && shipment_ref === undefined)
    throw new BusinessError(
      'invalid_argument',
      'Give shipment_ref, your own name of these parcels: it makes a retry safe.',
    )
}
