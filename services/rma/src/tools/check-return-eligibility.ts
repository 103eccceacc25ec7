import { z } from 'zod'
import { wantedResolutions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { OrderLineId, OrderReference, Quantity, ReasonCode } from '../identifiers.ts'
import { type JudgedLine, judgeLines } from '../return-wish.ts'
import { visibleOrder } from '../sold-order.ts'
import { viewerOf } from '../viewer.ts'

export const checkReturnEligibility = defineTool({
  name: 'check_return_eligibility',
  title: 'Check return eligibility',
  description:
    'Which lines of an order can be returned, until when, at which fee, and why not. Without lines: all of them. Changes nothing.',
  scope: 'rma:read',
  effect: 'read',
  input: z.object({
    order_id: OrderReference,
    lines: z
      .array(z.object({ order_line_id: OrderLineId, qty: Quantity.optional(), reason: ReasonCode.optional() }))
      .min(1)
      .max(100)
      .optional(),
    reason: ReasonCode.default('changed_mind').describe('For lines that name none: it decides on fees'),
  }),
  output: z.object({
    order_id: z.string(),
    order_number: z.string(),
    currency: z.string(),
    eligible: z.boolean().describe('Every line is'),
    lines: z.array(
      z.object({
        order_line_id: z.string(),
        sku: z.string(),
        title: z.string(),
        eligible: z.boolean(),
        qty: z.int(),
        qty_returnable: z.int(),
        window_end: z.string().nullable(),
        value_minor: z.int().describe('What the customer paid for the units'),
        fee_minor: z.int().describe('Kept of it'),
        label_free: z.boolean(),
        returnless: z.boolean().describe('The goods need not come back'),
        evidence_required: z.boolean(),
        options: z.array(z.enum(wantedResolutions)),
        why: z.array(z.string()).describe('Why it is not eligible'),
      }),
    ),
  }),
  text: ({ order_number, lines }) =>
    `${lines.filter(({ eligible }) => eligible).length} of ${lines.length} lines of ${order_number} can be returned`,
  handle: async ({ order_id, lines, reason }, { db, caller, callService }) => {
    const order = visibleOrder(await callService('oms', 'get_order', { order_id }), order_id, viewerOf(caller))
    const asked =
      lines ?? order.lines.map(({ order_line_id }) => ({ order_line_id, qty: undefined, reason: undefined }))
    const wished = asked.map((line) => ({
      orderLineId: line.order_line_id,
      qty: line.qty ?? order.lines.find((sold) => sold.order_line_id === line.order_line_id)?.qty_returnable ?? 0,
      reason: line.reason ?? reason,
    }))
    const judged = (await judgeLines(db, order, { lines: wished, reason })).map(told)
    const { number: order_number, currency } = order
    const eligible = judged.every((line) => line.eligible)
    return { order_id: order.order_id, order_number, currency, eligible, lines: judged }
  },
})

function told({ line, policy, qty, impossible, outOfPolicy, windowEnd, ...money }: JudgedLine) {
  const why = [...impossible, ...outOfPolicy]
  return {
    order_line_id: line.order_line_id,
    sku: line.sku,
    title: line.title,
    eligible: why.length === 0,
    qty,
    qty_returnable: line.qty_returnable,
    window_end: windowEnd?.toISOString() ?? null,
    value_minor: money.valueMinor,
    fee_minor: money.feeMinor,
    label_free: policy.free_label,
    returnless: money.returnless,
    evidence_required: policy.evidence_required,
    options: why.length === 0 ? [...wantedResolutions] : [],
    why,
  }
}
