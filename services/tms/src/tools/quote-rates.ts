import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { consignmentOf } from '../consignment.ts'
import { defineTool } from '../define.ts'
import { requireDepot } from '../depot.ts'
import { locate } from '../gazetteer.ts'
import { Parcels, ShipmentId, WarehouseId } from '../identifiers.ts'
import { quoteRates as quote } from '../rates.ts'
import { readShipment, USUAL_VOLUME_CM3, USUAL_WEIGHT_G } from '../shipment.ts'

const input = z.object({
  shipment_id: ShipmentId.optional().describe('A shipment; or from, to and parcels'),
  from: WarehouseId.optional().describe('Warehouse or depot, for example WH-2'),
  to: z
    .object({
      postal_code: z.string().max(16).optional(),
      city: z.string().max(120).optional(),
      region: z.string().max(40).optional(),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .default('US'),
    })
    .optional(),
  parcels: Parcels.optional(),
  services: z.array(z.string().max(32)).min(1).max(20).optional().describe('Only these services'),
})

export const quoteRates = defineTool({
  name: 'quote_rates',
  title: 'Quote rates',
  description:
    'What carriers and the own fleet ask for a shipment, the cheapest first, each with the day that it promises. Pass a rate_id to buy_label; it holds as long as the price stands.',
  scope: 'tms:read',
  effect: 'read',
  openWorld: true,
  input,
  output: z.object({
    rates: z.array(
      z.object({
        rate_id: z.string(),
        carrier: z.string(),
        carrier_name: z.string(),
        own_fleet: z.boolean(),
        service: z.string(),
        service_name: z.string(),
        cost_minor: z.int(),
        currency: z.string(),
        transit_days: z.int(),
        promised_on: z.string(),
        keeps_promise: z.boolean().optional().describe('Whether it arrives by the day that was promised'),
      }),
    ),
  }),
  text: ({ rates }) => `${rates.length} rates${rates[0] ? `, the cheapest ${rates[0].rate_id}` : ''}`,
  handle: async (args, { db }) => {
    const shipment = args.shipment_id === undefined ? undefined : await readShipment(db, args.shipment_id)
    const consignment = shipment ? await consignmentOf(db, shipment) : await described(db, args)
    const promised = shipment?.promised_by.toISOString().slice(0, 10)
    const rates = await quote(db, consignment, args.services)
    return {
      rates: rates.map((rate) => ({
        rate_id: rate.rateId,
        carrier: rate.carrierId,
        carrier_name: rate.carrierName,
        own_fleet: rate.ownFleet,
        service: rate.service,
        service_name: rate.serviceName,
        cost_minor: rate.costMinor,
        currency: rate.currency,
        transit_days: rate.transitDays,
        promised_on: rate.promisedOn,
        ...(promised ? { keeps_promise: rate.promisedOn <= promised } : {}),
      })),
    }
  },
})

async function described(db: Parameters<typeof requireDepot>[0], { from, to, parcels }: z.output<typeof input>) {
  if (from === undefined || to === undefined || parcels === undefined)
    throw new BusinessError('invalid_argument', 'Give either shipment_id, or all of from, to and parcels.')
  return {
    depot: await requireDepot(db, from),
    place: locate(to),
    parcels: parcels.map(({ weight_g, volume_cm3 }) => ({
      weightG: weight_g ?? USUAL_WEIGHT_G,
      volumeCm3: volume_cm3 ?? USUAL_VOLUME_CM3,
    })),
  }
}
