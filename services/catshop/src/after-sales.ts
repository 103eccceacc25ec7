import { BusinessError, type CallContext } from '@backroom/mcp-service'
import { z } from 'zod'

// The shop's only door to returns and claims, which their own servers keep: each call carries a token that acts for the
// customer, so that those show and take the customer's own alone.

/** The part of a call's context that reaches them. */
export type AfterSalesAccess = Pick<CallContext<never>, 'callAsCaller'>

const Return = z.object({
  rma_id: z.string(),
  rma_number: z.string(),
  status: z.string(),
  order_id: z.string(),
  requested_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  returnless: z.boolean(),
  lines: z.array(z.object({ order_line_id: z.string(), sku: z.string(), title: z.string(), qty_requested: z.int() })),
  label: z.object({ tracking: z.string().nullable() }).nullable(),
  resolutions: z.array(z.object({ kind: z.string(), status: z.string(), amount_minor: z.int(), currency: z.string() })),
})
/** A return, as far as the shop shows it. */
export type Return = z.output<typeof Return>

const Claim = z.object({
  claim_number: z.string(),
  status: z.string(),
  order_id: z.string(),
  requested_minor: z.int(),
  currency: z.string(),
})
/** A claim, as far as the shop shows it. */
export type Claim = z.output<typeof Claim>

/** Units of a line of an order. */
export interface LineUnits {
  order_line_id: string
  qty: number
}

/**
 * Asks for a return; the same key gives the same return.
 *
 * @throws {BusinessError} what returns refuses; `unavailable`: ask again
 */
export async function openReturn(
  { callAsCaller }: AfterSalesAccess,
  key: string,
  wish: { orderId: string; reason: string; lines?: LineUnits[] | undefined },
): Promise<Return> {
  const { orderId: order_id, reason: note, lines } = wish
  const args = { order_id, note, ...(lines ? { lines } : {}), idempotency_key: key }
  return Return.parse(ended(await callAsCaller('rma', 'create_rma', args), 'Returns'))
}

/**
 * The customer's own return by its id or number.
 *
 * @throws {BusinessError} `not_found`, for the returns of others too
 */
export async function getReturn({ callAsCaller }: AfterSalesAccess, reference: string): Promise<Return> {
  return Return.parse(await callAsCaller('rma', 'get_return', { rma_number: reference }))
}

/**
 * Opens a claim; the same key gives the same claim.
 *
 * @throws {BusinessError} `conflict` when a claim or return covers the goods already; `unavailable`: ask again
 */
export async function openClaim(
  { callAsCaller }: AfterSalesAccess,
  key: string,
  wish: { orderId: string; type: string; statement: string; lines?: LineUnits[] | undefined },
): Promise<Claim> {
  const { orderId: order_id, type, statement, lines } = wish
  const args = { order_id, type, statement, ...(lines ? { lines } : {}), idempotency_key: key }
  return Claim.parse(ended(await callAsCaller('claims', 'open_claim', args), 'Claims'))
}

const AGAIN_MS = 500

/** The answer of a process, unless it outlasts the call: the same call again joins it. */
function ended(answer: unknown, server: string): unknown {
  if ((answer as { status?: unknown }).status !== 'in_progress') return answer
  throw new BusinessError('unavailable', `${server} is still at work on this. Ask again in a moment.`, {
    retryAfterMs: AGAIN_MS,
  })
}
