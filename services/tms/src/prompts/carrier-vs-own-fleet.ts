import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { findShipments } from '../shipment-lookup.ts'
import { shipmentUri } from '../uris.ts'

const MOST = 5

export const carrierVsOwnFleet = definePrompt({
  name: 'carrier_vs_own_fleet',
  title: 'Carrier or own fleet',
  description: 'Decide who should bring the shipments of an order.',
  scope: 'tms:read',
  arguments: z.object({ order: OrderRef }),
  messages: async ({ order }, { db }) => {
    const shipments = await findShipments(db, { order_ref: order })
    return [
      {
        role: 'user',
        text: `Decide for each shipment of order ${order} that has not left whether a carrier or our own fleet should bring it. Compare the offers of quote_rates with what another stop costs us: price, promised day, what the carrier owes for loss or damage against the declared value, and how full the routes of that day are. Say what you recommend and why. Buy and void nothing before I agree.`,
      },
      ...shipments.slice(0, MOST).map(({ id }) => ({ role: 'user' as const, resource: shipmentUri(id) })),
    ]
  },
})
