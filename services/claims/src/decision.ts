import { BusinessError } from '@backroom/mcp-service'
import { allocate } from '@backroom/money'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import { type Claim, type ClaimLine, linesOf } from './claim.ts'
import { requireTransition, setStatus } from './claim-status.ts'
import { write } from './correspondence.ts'
import type { ClaimStatus, Tables } from './database-tables.ts'
import { reportClaim } from './facts.ts'
import { takePart } from './parts.ts'

export interface Approval {
  amountMinor: number
  /** Amounts of the lines, together the amount; divided by what was requested when absent. */
  lines?: readonly { orderLineId: string; amountMinor: number }[] | undefined
  /** Who asked for it. */
  actor: string
  /** Who agreed to it besides. */
  approvers?: readonly string[] | undefined
}

/**
 * Approves a locked, assessed claim, wholly or in part; never for more than was requested and set apart for each line.
 *
 * @throws {BusinessError} limit_exceeded above what was requested; invalid_argument for lines that do not add up;
 * policy_denied when the assessor asked for it or agreed to it
 */
export async function approve(db: Kysely<Tables>, claim: Claim, wanted: Approval): Promise<Claim> {
  const { amountMinor, actor, approvers = [] } = wanted
  const verdict = amountMinor === claim.requested_minor ? 'approved' : 'partially_approved'
  requireUndecided(claim, verdict)
  if (amountMinor > claim.requested_minor) throw tooMuch(claim.number, amountMinor, claim.requested_minor)
  for (const account of new Set([actor, ...approvers])) await takePart(db, claim, account, 'approver')
  const lines = await linesOf(db, [claim.id])
  for (const [orderLineId, approved] of divide(lines, wanted))
    await db
      .updateTable('claim_line')
      .set({ approved_minor: approved })
      .where('claim_id', '=', claim.id)
      .where('order_line_id', '=', orderLineId)
      .execute()
  await db
    .insertInto('decision')
    .values({ id: `dcn_${ulid()}`, claim_id: claim.id, verdict, amount_minor: amountMinor, decided_by: actor })
    .execute()
  const cause = { type: `claim.${verdict}`, actor, data: { amount_minor: amountMinor } }
  const consequence = { approved_minor: amountMinor, decided_at: new Date(), sla_due: null }
  const approved = await setStatus(db, claim, verdict, cause, consequence)
  await reportClaim(db, 'approved', approved)
  return approved
}

/** Denies a locked, assessed claim, with a letter to the customer. @throws {BusinessError} invalid_transition */
export async function deny(
  db: Kysely<Tables>,
  claim: Claim,
  { reasonCode, letter, actor }: { reasonCode: string; letter: string; actor: string },
): Promise<Claim> {
  const cause = { type: 'claim.denied', actor, data: { reason_code: reasonCode } }
  const consequence = { reason_code: reasonCode, decided_at: new Date(), sla_due: null }
  const denied = await setStatus(db, claim, 'denied', cause, consequence)
  await db
    .insertInto('decision')
    .values({
      id: `dcn_${ulid()}`,
      claim_id: claim.id,
      verdict: 'denied',
      amount_minor: 0,
      reason_code: reasonCode,
      letter,
      decided_by: actor,
    })
    .execute()
  await write(db, { claimId: claim.id, direction: 'out', kind: 'denial', text: letter, author: actor })
  await reportClaim(db, 'denied', denied)
  return denied
}

/** A settlement that fails leads back to the approval; nobody else gets there from it. */
function requireUndecided(claim: Claim, verdict: ClaimStatus): void {
  requireTransition(claim, verdict)
  if (claim.status !== 'settling') return
  throw new BusinessError('invalid_transition', `${claim.number} is being settled: it is approved already.`, {
    details: { status: claim.status, wanted: verdict, legal: ['settled'] },
  })
}

function divide(lines: readonly ClaimLine[], { amountMinor, lines: named }: Approval): Map<string, number> {
  if (!named) {
    const parts = allocate(
      amountMinor,
      lines.map(({ requested_minor }) => requested_minor),
    )
    return new Map(lines.map(({ order_line_id }, index) => [order_line_id, parts[index] ?? 0]))
  }
  const amounts = new Map(named.map(({ orderLineId, amountMinor: minor }) => [orderLineId, minor]))
  const sum = named.reduce((all, { amountMinor: minor }) => all + minor, 0)
  if (amounts.size !== named.length || sum !== amountMinor)
    throw new BusinessError('invalid_argument', `The lines add up to ${sum}, not to amount_minor ${amountMinor}.`)
  const foreign = named.find(({ orderLineId }) => !lines.some(({ order_line_id }) => order_line_id === orderLineId))
  if (foreign)
    throw new BusinessError('not_found', `The claim has no line ${foreign.orderLineId}.`, {
      details: { lines: lines.map(({ order_line_id }) => order_line_id) },
    })
  for (const { order_line_id, requested_minor } of lines) {
    const minor = amounts.get(order_line_id) ?? 0
    if (minor > requested_minor) throw tooMuch(`Line ${order_line_id}`, minor, requested_minor)
    amounts.set(order_line_id, minor)
  }
  return amounts
}

function tooMuch(what: string, minor: number, most: number): BusinessError {
  return new BusinessError(
    'limit_exceeded',
    `${what} was claimed for ${most} minor units; ${minor} cannot be approved.`,
    {
      details: { amount_minor: minor, requested_minor: most },
    },
  )
}
