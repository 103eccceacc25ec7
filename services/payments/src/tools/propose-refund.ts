import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, OrderRef, PaymentId } from '../identifiers.ts'
import { proposeRefund as propose } from '../refund.ts'

export const proposeRefund = defineTool({
  name: 'propose_refund',
  title: 'Propose refund',
  description:
    'Work out a refund exactly, without moving anything: the ceiling, what the amount consists of, how it would be booked and who would have to agree. It is additive: each call makes a draft of its own. Pass refund_draft_id to refund_payment; it is valid for a day.',
  scope: 'payments:read',
  effect: 'write',
  idempotent: true,
  repeat: 'additive',
  input: z.object({
    payment_id: PaymentId.optional(),
    order_ref: OrderRef.optional(),
    amount_minor: AmountMinor.optional().describe('Minor units; default: all that can be refunded'),
    reason: z.string().max(500).optional(),
  }),
  output: z.object({
    refund_draft_id: z.string(),
    payment_id: z.string(),
    order_ref: z.string(),
    currency: z.string(),
    amount_minor: z.int(),
    ceiling_minor: z.int().describe('The most that can be refunded now'),
    breakdown: z.object({ goods_minor: z.int(), shipping_minor: z.int(), tax_minor: z.int() }),
    fees: z.string().describe('What the refund costs beside the amount'),
    ledger: z.array(z.object({ account: z.string(), direction: z.enum(['debit', 'credit']), amount_minor: z.int() })),
    approval: z.object({ tier: z.enum(['A0', 'A1', 'A2', 'A3']), reason: z.string().optional() }),
    expires_at: z.string(),
  }),
  text: ({ amount_minor, currency, refund_draft_id, ceiling_minor }) =>
    `${refund_draft_id}: refund of ${formatMoney(amount_minor, currency)} of at most ${formatMoney(ceiling_minor, currency)}; nothing has moved`,
  handle: async ({ payment_id, order_ref, amount_minor, reason }, { db, caller }) => {
    const { draft, intent, ceiling, parts } = await propose(
      db,
      { payment_id, order_ref },
      { amount: amount_minor, reason, actor: caller.subject },
    )
    const amount = { minor: draft.amount_minor, currency: intent.currency }
    const { tier, reason: why } = await tierOf(db, { tool: 'refund_payment', amount })
    return {
      refund_draft_id: draft.id,
      payment_id: intent.id,
      order_ref: intent.order_ref,
      currency: intent.currency,
      amount_minor: draft.amount_minor,
      ceiling_minor: ceiling,
      breakdown: { goods_minor: parts.goods, shipping_minor: parts.shipping, tax_minor: parts.tax },
      fees: 'The provider keeps the fee of the capture; the refund itself costs nothing.',
      ledger: [
        { account: 'refunds', direction: 'debit' as const, amount_minor: draft.amount_minor - parts.tax },
        { account: 'tax_payable', direction: 'debit' as const, amount_minor: parts.tax },
        { account: 'psp_clearing', direction: 'credit' as const, amount_minor: draft.amount_minor },
      ].filter(({ amount_minor }) => amount_minor > 0),
      approval: { tier, ...(why === undefined ? {} : { reason: why }) },
      expires_at: draft.expires_at.toISOString(),
    }
  },
})
