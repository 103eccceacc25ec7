import { BusinessError } from '@backroom/mcp-service'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { daysAfter } from './day.ts'
import { enqueueStop } from './label.ts'
import { reportReturn } from './report.ts'
import { lineNamed, linesOf, type Rma, type RmaLine, requireEachOnce } from './rma.ts'
import { requireStatus, setStatus, update } from './rma-status.ts'
import { giveBack } from './workflows/give-back.ts'

/** How many units of a line may come back. */
export interface AuthorisedUnits {
  line: string
  qty: number
}

/** Who decided, and in which words. */
export interface Decision {
  actor: string
  note?: string | undefined
}

/**
 * Authorises a locked return, all that was asked for or fewer units of some lines; what is left out goes back to the order.
 *
 * @throws {BusinessError} invalid_transition; invalid_argument for more than was asked for, or nothing at all
 */
export async function authorize(
  db: Kysely<Tables>,
  rma: Rma,
  wanted: readonly AuthorisedUnits[] | undefined,
  { actor, note }: Decision,
): Promise<Rma> {
  requireStatus(rma, ['requested', 'more_info'], 'authorised')
  const asked = await linesOf(db, [rma.id])
  const units = unitsToAuthorise(rma, asked, wanted)
  for (const line of asked)
    await db
      .updateTable('rma_line')
      .set({ qty_authorised: units.get(line.id) ?? 0 })
      .where('id', '=', line.id)
      .execute()
  const now = new Date()
  const authorized = await setStatus(db, rma, 'authorized', {
    authorized_at: now,
    expires_at: daysAfter(now, daysToShip(rma)),
    decided_by: actor,
    decision_note: note ?? null,
  })
  const lines = await linesOf(db, [rma.id])
  const fewer = lines.filter(({ drawn_qty, qty_authorised }) => qty_authorised < drawn_qty)
  await enqueueGiveBack(db, authorized, actor, fewer)
  await reportReturn(db, authorized, 'authorized', lines, ({ qty_authorised }) => qty_authorised)
  return authorized
}

/** Rejects a locked return; its units go back to the order. */
export async function reject(db: Kysely<Tables>, rma: Rma, decision: Decision): Promise<Rma> {
  requireStatus(rma, ['requested', 'more_info'], 'rejected')
  return end(db, rma, 'rejected', decision)
}

/** Calls a locked return off before its goods are on their way; its units go back to the order. */
export async function cancel(db: Kysely<Tables>, rma: Rma, decision: Decision): Promise<Rma> {
  if (rma.status === 'cancelled') return rma
  requireStatus(rma, ['requested', 'more_info', 'authorized', 'label_issued'], 'cancelled')
  await requireNoAdvance(db, rma)
  return end(db, rma, 'cancelled', decision)
}

/** Ends a locked return whose goods were not sent in time. What was paid in advance stays taken from the order. */
export async function expire(db: Kysely<Tables>, rma: Rma, keepDrawn: boolean): Promise<Rma> {
  const lines = await linesOf(db, [rma.id])
  const expired = await setStatus(db, rma, 'expired')
  if (!keepDrawn) {
    await enqueueGiveBack(db, expired, 'rma', withNothing(lines))
    await enqueueStop(db, expired, 'rma')
  }
  await reportReturn(db, expired, 'expired', lines, ({ qty_authorised }) => qty_authorised)
  return expired
}

/** Gives the customer of a locked return more days to send the goods. */
export async function extend(db: Kysely<Tables>, rma: Rma, days: number): Promise<Rma> {
  requireStatus(rma, ['authorized', 'label_issued'], 'extended')
  return update(db, rma, { expires_at: daysAfter(rma.expires_at ?? new Date(), days) })
}

/** Lets the customer of a locked, authorised return keep the goods: every authorised unit counts as accepted. */
export async function approveReturnless(db: Kysely<Tables>, rma: Rma, { actor, note }: Decision): Promise<Rma> {
  if (rma.returnless) return rma
  requireStatus(rma, ['authorized'], 'settled without its goods')
  await db
    .updateTable('rma_line')
    .set((of) => ({ qty_accepted: of.ref('qty_authorised') }))
    .where('rma_id', '=', rma.id)
    .execute()
  return update(db, rma, { returnless: true, expires_at: null, decided_by: actor, decision_note: note ?? null })
}

/** In how many days the goods have to be on their way, by the policies that the return was opened under. */
export function daysToShip({ policy_snapshot }: Rma): number {
  return Math.min(...Object.values(policy_snapshot).map(({ ship_within_days }) => ship_within_days))
}

/**
 * Gives back all but `qty_authorised` units of what lines drew, after commit, and before anything of the return is reported
 * that is said later.
 */
export async function enqueueGiveBack(
  db: Kysely<Tables>,
  { id, number }: Rma,
  actor: string,
  lines: readonly RmaLine[],
): Promise<void> {
  if (lines.length === 0) return
  const kept = lines.map(({ order_line_id, qty_authorised }) => ({ orderLineId: order_line_id, keep: qty_authorised }))
  await enqueue(db, giveBack, {
    id: `give_back:${ulid()}`,
    subject: id,
    input: { number, lines: kept },
    startedBy: actor,
    partition: number,
  })
}

async function end(
  db: Kysely<Tables>,
  rma: Rma,
  status: 'rejected' | 'cancelled',
  { actor, note }: Decision,
): Promise<Rma> {
  const ended = await setStatus(db, rma, status, { decided_by: actor, decision_note: note ?? null, expires_at: null })
  const lines = await linesOf(db, [rma.id])
  await enqueueGiveBack(db, ended, actor, withNothing(lines))
  await enqueueStop(db, ended, actor)
  await reportReturn(db, ended, status, lines, ({ qty_requested }) => qty_requested)
  return ended
}

function withNothing(lines: readonly RmaLine[]): RmaLine[] {
  return lines.map((line) => ({ ...line, qty_authorised: 0 }))
}

function unitsToAuthorise(
  rma: Rma,
  lines: readonly RmaLine[],
  wanted: readonly AuthorisedUnits[] | undefined,
): Map<string, number> {
  if (!wanted) return new Map(lines.map(({ id, qty_requested }) => [id, qty_requested]))
  const named = wanted.map(({ line, qty }) => ({ line: lineNamed(rma, lines, line), qty }))
  requireEachOnce(named.map(({ line }) => line.id))
  for (const { line, qty } of named) {
    if (qty <= line.qty_requested) continue
    throw new BusinessError(
      'invalid_argument',
      `${line.qty_requested} units of ${line.sku} were asked for; ${qty} cannot be authorised.`,
      { details: { rma_line_id: line.id, requested: line.qty_requested } },
    )
  }
  const units = new Map(named.map(({ line, qty }) => [line.id, qty]))
  if ([...units.values()].some((qty) => qty > 0)) return units
  throw new BusinessError('invalid_argument', 'Nothing would be authorised. Reject the return instead.', {
    nextActions: [{ tool: 'reject_rma', arguments: { rma_number: rma.number } }],
  })
}

async function requireNoAdvance(db: Kysely<Tables>, { id, number }: Rma): Promise<void> {
  const advance = await db
    .selectFrom('resolution')
    .select('id')
    .where('rma_id', '=', id)
    .where('advance', '=', true)
    .where('status', '!=', 'failed')
    .executeTakeFirst()
  if (!advance) return
  throw new BusinessError('conflict', `${number} was paid in advance and cannot be cancelled; its goods are owed.`, {
    details: { resolution_id: advance.id },
  })
}
