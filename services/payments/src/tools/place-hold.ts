import { z } from 'zod'
import { blockable, holdKinds, holdTargets } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { placeHold as place } from '../hold.ts'
import { AmountMinor, Reason } from '../identifiers.ts'
import { Hold, holdView } from '../payment-view.ts'
import { HOLDS_URI, holdUri, paymentUri } from '../uris.ts'

const YEAR_S = 365 * 86_400

export const placeHold = defineTool({
  name: 'place_hold',
  title: 'Place hold',
  description:
    'Stop captures, payouts or refunds of a payment, an order or a customer until a person has looked at it. Placing a hold is always safe; releasing one needs release_hold.',
  scope: 'payments:hold',
  effect: 'write',
  idempotent: true,
  input: z.object({
    target: z.enum(holdTargets),
    target_id: z.string().min(1).max(128).describe('Id of the payment, order, customer or payout'),
    kind: z.enum(holdKinds),
    amount_minor: AmountMinor.optional(),
    reason: Reason,
    blocks: z.array(z.enum(blockable)).min(1).default(['capture', 'payout', 'refund']),
    ttl_s: z.int().min(60).max(YEAR_S).optional().describe('Seconds until it ends by itself; default: never'),
  }),
  output: Hold,
  text: ({ hold_id, target, target_id, blocks }) => `${hold_id} on ${target} ${target_id} blocks ${blocks.join(', ')}`,
  handle: async ({ target, target_id, kind, amount_minor, reason, blocks, ttl_s }, { db, caller, changed }) => {
    const hold = await place(db, {
      target,
      targetId: target_id,
      kind,
      amount: amount_minor,
      reason,
      blocks: [...new Set(blocks)],
      expiresAt: ttl_s === undefined ? undefined : new Date(Date.now() + ttl_s * 1_000),
      actor: caller.subject,
    })
    changed(HOLDS_URI, holdUri(hold.id), ...(target === 'payment' ? [paymentUri(target_id)] : []))
    return holdView(hold)
  },
})
