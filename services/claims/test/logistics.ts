import { BusinessError, defineService, definitionsFor } from '@backroom/mcp-service'
import { z } from 'zod'

/** A shipment of the stand-in, with what went wrong with it. */
export interface Shipment {
  shipment_id: string
  shipment_ref: string | null
  order_ref: string | null
  status: string
  carrier: string | null
  tracking_no: string | null
  promised_by: string
  delivered_at: string | null
  declared_value_minor: number | null
  currency: string
  liability?: { parcel_limit_minor: number }
  exception?: { type: string; reported_at: string }
}
export type Shipments = Map<string, Shipment>

const { defineTool } = definitionsFor<Record<string, never>>()

/** Logistics as far as claims asks it, with shipments that a test makes up. */
export function logistics(shipments: Shipments) {
  return defineService({
    domain: 'tms',
    instructions: 'Stands in for logistics.',
    tools: [trackShipment(shipments), listExceptions(shipments)],
    resources: [],
    prompts: [],
  })
}

function trackShipment(shipments: Shipments) {
  return defineTool({
    name: 'track_shipment',
    description: 'Where a shipment is.',
    scope: 'tms:read',
    effect: 'read',
    input: z.object({ shipment_id: z.string().optional(), shipment_ref: z.string().optional() }),
    output: z.looseObject({ shipment_id: z.string() }),
    text: ({ shipment_id }) => shipment_id,
    handle({ shipment_id, shipment_ref }) {
      const found = [...shipments.values()].find((one) =>
        shipment_id === undefined ? one.shipment_ref === shipment_ref : one.shipment_id === shipment_id,
      )
      if (found) return { ...found }
      throw new BusinessError('not_found', 'There is no such shipment.')
    },
  })
}

function listExceptions(shipments: Shipments) {
  return defineTool({
    name: 'list_exceptions',
    description: 'What went wrong.',
    scope: 'tms:read',
    effect: 'read',
    input: z.object({ since: z.string().optional(), limit: z.int().optional(), cursor: z.string().optional() }),
    output: z.object({ items: z.array(z.looseObject({ shipment_id: z.string() })) }),
    text: ({ items }) => `${items.length} exceptions`,
    handle: ({ since = '' }) => ({
      items: [...shipments.values()].flatMap(({ shipment_id, status, exception }) =>
        exception && exception.reported_at >= since ? [{ shipment_id, shipment_status: status, ...exception }] : [],
      ),
    }),
  })
}
