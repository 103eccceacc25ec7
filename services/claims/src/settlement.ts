import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import { type Claim, linesOf } from './claim.ts'
import { setStatus } from './claim-status.ts'
import type { SettlementMethod, Tables } from './database-tables.ts'
import { report, reportClaim } from './facts.ts'

export type Settlement = Selectable<Tables['settlement']>

/** How a settlement ended, with what it is known by elsewhere. */
export interface SettlementResult {
  status: 'succeeded' | 'failed'
  paymentRef?: string | undefined
  replacementRef?: string | undefined
  creditRef?: string | undefined
  message?: string | undefined
}

/**
 * Decides how an approved, locked claim is settled, once: the same decision again is the same settlement. One that failed
 * may be followed by another.
 *
 * @throws {BusinessError} conflict while or after it is settled in another way; invalid_transition
 */
export async function requestSettlement(
  db: Kysely<Tables>,
  claim: Claim,
  { method, actor }: { method: SettlementMethod; actor: string },
): Promise<{ settlement: Settlement; fresh: boolean }> {
  const live = await db
    .selectFrom('settlement')
    .selectAll()
    .where('claim_id', '=', claim.id)
    .where('status', '!=', 'failed')
    .executeTakeFirst()
  if (live?.method === method) return { settlement: live, fresh: false }
  if (live) throw settledOtherwise(claim, live)
  const resume = claim.status === 'partially_approved' ? 'partially_approved' : 'approved'
  const cause = { type: 'claim.settling', actor, data: { method } }
  const settling = await setStatus(db, claim, 'settling', cause, { resume_status: resume })
  const settlement = await db
    .insertInto('settlement')
    .values({
      id: `stl_${ulid()}`,
      claim_id: claim.id,
      method,
      amount_minor: settling.approved_minor ?? 0,
      currency: claim.currency,
      requested_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { settlement, fresh: true }
}

/** Hands a settlement to the order process, which pays it. */
export async function reportSettling(db: Kysely<Tables>, claim: Claim, settlementId: string): Promise<void> {
  const settlement = await getSettlement(db, claim, settlementId)
  const lines = await linesOf(db, [claim.id])
  await report(db, 'claim.settling.v1', claim.number, {
    claim_number: claim.number,
    order_id: claim.order_id,
    customer_id: claim.customer_id,
    settlement_id: settlement.id,
    method: settlement.method,
    amount_minor: settlement.amount_minor,
    currency: settlement.currency,
    lines: lines.filter(paid).map(({ order_line_id, sku, qty, draw_id, approved_minor }) => ({
      order_line_id,
      sku,
      qty,
      draw_id: draw_id ?? '',
      amount_minor: approved_minor ?? 0,
    })),
  })
}

/**
 * Records how a settlement of a locked claim ended. The same end again changes nothing.
 *
 * @throws {BusinessError} not_found; conflict when it ended otherwise before
 */
export async function recordSettlement(
  db: Kysely<Tables>,
  claim: Claim,
  settlementId: string,
  result: SettlementResult,
): Promise<{ claim: Claim; settlement: Settlement; fresh: boolean }> {
  const settlement = await getSettlement(db, claim, settlementId)
  if (settlement.status === result.status) return { claim, settlement, fresh: false }
  if (settlement.status !== 'pending') throw endedOtherwise(settlement)
  const ended = await db
    .updateTable('settlement')
    .set({
      status: result.status,
      payment_ref: result.paymentRef ?? null,
      replacement_ref: result.replacementRef ?? null,
      credit_ref: result.creditRef ?? null,
      message: result.message ?? null,
      ended_at: new Date(),
    })
    .where('id', '=', settlementId)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { claim: await moveOn(db, claim, ended), settlement: ended, fresh: true }
}

/** A settlement of a claim. @throws {BusinessError} not_found */
export async function getSettlement(db: Kysely<Tables>, claim: Claim, id: string): Promise<Settlement> {
  const settlement = await db
    .selectFrom('settlement')
    .selectAll()
    .where('id', '=', id)
    .where('claim_id', '=', claim.id)
    .executeTakeFirst()
  if (settlement) return settlement
  throw new BusinessError('not_found', `${claim.number} has no settlement ${id}.`)
}

/** Whether a line of an approved claim is compensated. */
export function paid({ approved_minor }: { approved_minor: number | null }): boolean {
  return (approved_minor ?? 0) > 0
}

async function moveOn(db: Kysely<Tables>, claim: Claim, { status, method, message }: Settlement): Promise<Claim> {
  const actor = 'orders'
  if (status === 'failed') {
    const cause = { type: 'claim.settlement_failed', actor, data: { method, message_untrusted: message } }
    return setStatus(db, claim, claim.resume_status ?? 'approved', cause, { resume_status: null })
  }
  const cause = { type: 'claim.settled', actor, data: { method } }
  const settled = await setStatus(db, claim, 'settled', cause, { resume_status: null, settled_at: new Date() })
  await reportClaim(db, 'settled', settled)
  return settled
}

function settledOtherwise({ number }: Claim, { method, status }: Settlement): BusinessError {
  const what = status === 'pending' ? 'is being settled' : 'was settled'
  return new BusinessError('conflict', `${number} ${what} by ${method.replaceAll('_', ' ')} already.`, {
    details: { method, status },
    nextActions: [{ tool: 'get_claim', arguments: { claim_number: number } }],
  })
}

function endedOtherwise({ id, status }: Settlement): BusinessError {
  return new BusinessError('conflict', `Settlement ${id} has ended already: it ${status}.`, { details: { status } })
}
