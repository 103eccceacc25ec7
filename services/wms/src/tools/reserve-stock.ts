import { z } from 'zod'
import { defineTool } from '../define.ts'
import { HoldSeconds, OrderRef, Region, SkuLines } from '../identifiers.ts'
import { HOLD_SECONDS } from '../reservation.ts'
import { reserveAll } from '../reserving.ts'
import { ReservationState, reservationState } from '../shapes.ts'
import { reservationUris } from '../uris.ts'

export const reserveStock = defineTool({
  name: 'reserve_stock',
  title: 'Reserve stock',
  description:
    'Hold units for an order so that nobody else can sell them, all lines or none. The hold ends by itself at expires_at; extend_reservation prolongs it and release_reservation frees it, both by order_ref. Repeating it for the same order_ref and lines answers with the hold that exists.',
  scope: 'wms:reserve',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_ref: OrderRef,
    lines: SkuLines,
    ship_to: z.object({ region: Region }).optional().describe('Warehouses of this region are preferred'),
    ttl_s: HoldSeconds.default(HOLD_SECONDS),
    allow_split: z.boolean().default(false).describe('Whether several warehouses may serve the order together'),
  }),
  output: ReservationState,
  text: ({ order_ref, reservations, expires_at }) => {
    const units = reservations.reduce((sum, { qty }) => sum + qty, 0)
    return `Reserved ${units} units for ${order_ref}${expires_at ? ` until ${expires_at}` : ''}`
  },
  handleBatch: async (calls, { db, changed }) => {
    const requests = calls.map(({ args, caller }) => ({
      orderRef: args.order_ref,
      lines: args.lines,
      region: args.ship_to?.region,
      ttlSeconds: args.ttl_s,
      allowSplit: args.allow_split,
      actor: caller.subject,
    }))
    const verdicts = await reserveAll(db, requests)
    changed(...reservationUris(verdicts.filter((verdict) => Array.isArray(verdict)).flat()))
    return verdicts.map((verdict, index) =>
      Array.isArray(verdict)
        ? { result: reservationState(requests[index]?.orderRef ?? '', verdict) }
        : { error: verdict },
    )
  },
})
