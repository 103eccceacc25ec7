import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Disposition, Fault, Grade, InspectionCheck, Tables } from './database-tables.ts'
import { undisposed } from './disposition.ts'
import { noteSignal } from './fraud-signal.ts'
import { reasonsOf } from './reason-code.ts'
import { reportReturn } from './report.ts'
import { linesOf, type Rma, type RmaLine } from './rma.ts'
import { requireStatus, setStatus, statusOfGoods } from './rma-status.ts'

export type Inspection = Selectable<Tables['inspection']>

/** What somebody found out about units of a line. */
export interface Findings {
  qty: number
  grade: Grade
  /** Whether the customer is compensated for them; by default what grade and reason suggest. */
  accepted?: boolean | undefined
  checks: readonly InspectionCheck[]
  /** Serial numbers on the units, one a unit. */
  serialsFound: readonly string[]
  photos: readonly { uri: string; sha256: string }[]
  actor: string
}

/**
 * Records what was found out about received units of a locked return.
 *
 * @throws {BusinessError} invalid_transition; limit_exceeded for more units than have come and were not looked at;
 * invalid_argument when units of another serial number than was sold are to be accepted
 */
export async function inspect(
  db: Kysely<Tables>,
  rma: Rma,
  line: RmaLine,
  findings: Findings,
): Promise<{ rma: Rma; inspection: Inspection }> {
  requireStatus(rma, ['partially_received', 'received', 'inspecting'], 'inspected')
  const left = line.qty_received - line.qty_accepted - line.qty_rejected
  if (findings.qty > left) throw tooMany(line, findings.qty, left)
  const [reason] = await reasonsOf(db, [line.reason_code])
  const match = serialMatch(line, findings)
  const accepted = accepts(findings, reason?.fault ?? 'customer', match)
  const inspection = await insert(db, line, findings, {
    accepted,
    match,
    recommended: recommend(findings.grade, accepted, reason?.recall ?? false),
  })
  await db
    .updateTable('rma_line')
    .set((of) =>
      accepted
        ? { qty_accepted: of('qty_accepted', '+', findings.qty) }
        : { qty_rejected: of('qty_rejected', '+', findings.qty) },
    )
    .where('id', '=', line.id)
    .execute()
  if (match === false)
    await noteSignal(db, rma, 'serial_mismatch', {
      sku: line.sku,
      sold: line.serials_sold,
      found: findings.serialsFound,
    })
  if (findings.grade === 'C' && reason?.fault === 'customer')
    await noteSignal(db, rma, 'wardrobing', { sku: line.sku, reason: line.reason_code, inspection_id: inspection.id })
  const lines = await linesOf(db, [rma.id])
  const inspected = await setStatus(db, rma, statusOfGoods(lines, rma.complete))
  if (inspected.status === 'inspected')
    await reportReturn(db, inspected, 'inspected', lines, ({ qty_accepted }) => qty_accepted)
  return { rma: inspected, inspection }
}

/**
 * Looks again at units whose inspection the customer disputes: the new findings take the place of the old ones.
 *
 * @throws {BusinessError} invalid_transition; not_found; conflict when the units have been disposed of
 */
export async function inspectAgain(
  db: Kysely<Tables>,
  rma: Rma,
  line: RmaLine,
  { supersedes, ...looked }: Findings & { supersedes: string },
): Promise<{ rma: Rma; inspection: Inspection }> {
  requireStatus(rma, ['inspected', 'disputed'], 'inspected again')
  const [old] = await standing(db, line, supersedes)
  if (!old) throw unknownInspection(supersedes)
  await requireUndisposed(db, line, old)
  const findings = { ...looked, qty: old.qty }
  const [reason] = await reasonsOf(db, [line.reason_code])
  const match = serialMatch(line, findings)
  const accepted = accepts(findings, reason?.fault ?? 'customer', match)
  const recommended = recommend(findings.grade, accepted, reason?.recall ?? false)
  const inspection = await insert(db, line, findings, { accepted, match, recommended })
  await db.updateTable('inspection').set({ superseded_by: inspection.id }).where('id', '=', old.id).execute()
  const change = (Number(accepted) - Number(old.accepted)) * old.qty
  await db
    .updateTable('rma_line')
    .set((of) => ({ qty_accepted: of('qty_accepted', '+', change), qty_rejected: of('qty_rejected', '-', change) }))
    .where('id', '=', line.id)
    .execute()
  const disputed = await setStatus(db, rma, 'disputed')
  await reportReturn(db, disputed, 'inspected', await linesOf(db, [rma.id]), ({ qty_accepted }) => qty_accepted)
  return { rma: disputed, inspection }
}

/** Inspections of lines, in order. */
export function inspectionsOf(db: Kysely<Tables>, lineIds: readonly string[]): Promise<Inspection[]> {
  return db
    .selectFrom('inspection')
    .selectAll()
    .where('rma_line_id', '=', sql<string>`any(${lineIds})`)
    .orderBy('decided_at')
    .orderBy('id')
    .execute()
}

/** What usually becomes of units of a grade. */
export function recommend(grade: Grade, accepted: boolean, recall: boolean): Disposition {
  if (!accepted) return 'ship_back'
  if (recall) return 'quarantine'
  return ({ A: 'restock', B: 'refurbish', C: 'quarantine', D: 'scrap' } as const)[grade]
}

function accepts({ grade, accepted }: Findings, fault: Fault, match: boolean | null): boolean {
  if (match !== false) return accepted ?? (grade !== 'D' || fault !== 'customer')
  if (accepted !== true) return false
  throw new BusinessError(
    'invalid_argument',
    'The serial number is not one that was sold, so the units cannot be accepted.',
  )
}

/** Null where no serial number was sold, as far as anybody knows. */
function serialMatch({ serials_sold }: RmaLine, { serialsFound, qty }: Findings): boolean | null {
  if (serials_sold.length === 0) return null
  return new Set(serialsFound).size === qty && serialsFound.every((serial) => serials_sold.includes(serial))
}

function insert(
  db: Kysely<Tables>,
  { id }: RmaLine,
  findings: Findings,
  verdict: { accepted: boolean; match: boolean | null; recommended: Disposition },
): Promise<Inspection> {
  return db
    .insertInto('inspection')
    .values({
      id: `ins_${ulid()}`,
      rma_line_id: id,
      qty: findings.qty,
      grade: findings.grade,
      accepted: verdict.accepted,
      checks: JSON.stringify(findings.checks),
      serials_found: [...findings.serialsFound],
      serial_match: verdict.match,
      photos: JSON.stringify(findings.photos),
      recommended: verdict.recommended,
      inspector: findings.actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function standing(db: Kysely<Tables>, { id }: RmaLine, inspectionId: string): Promise<Inspection[]> {
  return db
    .selectFrom('inspection')
    .selectAll()
    .where('id', '=', inspectionId)
    .where('rma_line_id', '=', id)
    .where('superseded_by', 'is', null)
    .execute()
}

async function requireUndisposed(db: Kysely<Tables>, line: RmaLine, old: Inspection): Promise<void> {
  const left = await undisposed(db, line)
  if ((old.accepted ? left.accepted : left.rejected) >= old.qty) return
  throw new BusinessError('conflict', `The units of inspection ${old.id} have been disposed of already.`, {
    details: { rma_line_id: line.id, ...left },
  })
}

function unknownInspection(id: string): BusinessError {
  return new BusinessError('not_found', `The line has no inspection ${id} that still stands.`, {
    nextActions: [{ tool: 'get_return', hint: 'Its lines carry their inspections.' }],
  })
}

function tooMany({ id, sku, qty_received }: RmaLine, asked: number, left: number): BusinessError {
  return new BusinessError('limit_exceeded', `${left} units of ${sku} wait for inspection; ${asked} are too many.`, {
    details: { rma_line_id: id, received: qty_received, waiting: left },
  })
}
