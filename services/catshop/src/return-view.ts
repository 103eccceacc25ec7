import { z } from 'zod'
import type { Return } from './after-sales.ts'
import { amountFields, amounts } from './price.ts'

/** Days after delivery in which most goods can be returned. */
export const RETURN_DAYS = 30

/** Where a return stands and what comes next. */
export const ReturnView = z.object({
  return_id: z.string(),
  rma_number: z.string(),
  order_id: z.string(),
  status: z.string().describe('requested, authorized, received, inspected, resolved, rejected, …'),
  next_step: z.string(),
  requested_at: z.iso.datetime(),
  lines: z.array(z.object({ order_line_id: z.string(), sku: z.string(), name: z.string(), quantity: z.int() })),
  send_by: z.iso.datetime().nullable(),
  tracking: z.string().nullable(),
  outcome: z
    .object({ kind: z.string(), status: z.string(), ...amountFields('amount'), currency: z.string() })
    .optional()
    .describe('What was decided: refund, exchange, store_credit, repair, reject'),
})

/** A return as its customer sees it. */
export function returnView(request: Return): z.output<typeof ReturnView> {
  const { rma_id, rma_number, order_id, status, requested_at, lines, expires_at, label, resolutions } = request
  const last = resolutions.at(-1)
  return {
    return_id: rma_id,
    rma_number,
    order_id,
    status,
    next_step: nextStep(request),
    requested_at,
    lines: lines.map(({ order_line_id, sku, title, qty_requested }) => ({
      ...{ order_line_id, sku, name: title, quantity: qty_requested },
    })),
    send_by: expires_at,
    tracking: label?.tracking ?? null,
    ...(last ? { outcome: outcomeOf(last) } : {}),
  }
}

function outcomeOf({ kind, status, amount_minor, currency }: Return['resolutions'][number]) {
  return { kind, status, ...amounts({ amount: amount_minor }, currency), currency }
}

function nextStep({ status, returnless }: Return): string {
  if (returnless && status === 'authorized') return 'Keep the goods; the shop settles the return without them.'
  return steps[status] ?? 'Nothing to do: the shop is at work on it.'
}

const steps: Record<string, string> = {
  requested: 'Keep the goods until the return is authorised; the shop will send instructions.',
  more_info: 'The shop needs to know more before it decides; it will ask.',
  authorized: 'Pack the goods. The shop sends a label; or ship them and write the return number on the parcel.',
  label_issued: 'Put the label on the parcel and hand it to the carrier before the day named in send_by.',
  rejected: 'The return was not accepted. Ask the shop if you think this is wrong.',
  cancelled: 'Nothing to do: the return was called off.',
  expired: 'The goods were not sent in time. Ask for a new return if it is still allowed.',
  resolved: 'Nothing to do: the return is settled.',
  closed: 'Nothing to do: the return is settled.',
}
