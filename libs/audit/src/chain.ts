import { createHash } from 'node:crypto'

/** A row of the chain with the row of the trail that it seals. */
export interface SealedRow {
  position: number
  /** Id of the sealed row of the trail. */
  auditId: number
  /** SHA-256, hex. */
  hash: string
  /** The row as JSON text, byte for byte as it was sealed; null when the trail has it no more. */
  entry: string | null
}

/**
 * What is wrong with a trail.
 *
 * altered: a row is not the one that was sealed. deleted: a sealed row is gone. inserted: a row came in later than it
 * says, or between others. reordered: rows changed places. cut_off: the end is gone. rewritten: the chain was made anew.
 * unsealed: a row is not in the chain although it should be.
 */
export interface Finding {
  kind: 'altered' | 'deleted' | 'inserted' | 'reordered' | 'cut_off' | 'rewritten' | 'unsealed'
  /** Position in the chain; absent for a row outside of it. */
  position?: number
  /** Id of the row of the trail. */
  auditId?: number
  /** One sentence for an auditor. */
  says: string
}

/** Where a chain stands: a position and the hash there. */
export interface ChainEnd {
  position: number
  /** SHA-256, hex. */
  hash: string
}

/** Reads a chain row by row and notes what does not fit. */
export interface ChainReader {
  add(row: SealedRow): void
  /** The last row that was read, as it is stored. */
  end(): ChainEnd
  findings(): Finding[]
}

interface Misfit extends SealedRow {
  entry: string
  /** Stored hash of the row before, and of the one before that. */
  previous: string
  beforePrevious: string
  /** Id of the row before. */
  auditIdBefore: number | undefined
}

const MAX_MISFITS = 200
const BACKDATED_MS = 5 * 60_000

/** The place before the first row; its hash binds a chain to its trail. */
export function genesisOf(trail: string): ChainEnd {
  return { position: 0, hash: createHash('sha256').update(`audit trail of ${trail}`).digest('hex') }
}

/** A reader that goes on after `start`. */
export function readChain(start: ChainEnd): ChainReader {
  let last: Pick<SealedRow, 'position' | 'hash'> & { auditId?: number } = start
  let beforeLast = start.hash
  let newest = Number.NEGATIVE_INFINITY
  let uncounted = 0
  const misfits: Misfit[] = []
  const found: Finding[] = []

  const checkTime = (row: SealedRow, entry: string) => {
    const at = Date.parse((JSON.parse(entry) as { at: string }).at)
    if (at < newest - BACKDATED_MS) found.push({ kind: 'inserted', ...placeOf(row), says: backdated(row, at, newest) })
    newest = Math.max(newest, at)
  }
  const check = (row: SealedRow) => {
    const { entry } = row
    if (row.position !== last.position + 1) {
      // The hash before the gap is not known any more, so the row after it cannot be checked.
      found.push({ kind: 'deleted', position: last.position + 1, says: missing(last.position + 1, row.position) })
    } else if (entry === null) {
      found.push({ kind: 'deleted', ...placeOf(row), says: `Row ${row.auditId} was sealed and is gone.` })
    } else if (hashOf(last.hash, row.position, entry) === row.hash) checkTime(row, entry)
    else if (misfits.length === MAX_MISFITS) uncounted++
    else misfits.push({ ...row, entry, previous: last.hash, beforePrevious: beforeLast, auditIdBefore: last.auditId })
  }
  return {
    add(row) {
      check(row)
      beforeLast = last.hash
      last = row
    },
    end: () => ({ position: last.position, hash: last.hash }),
    findings: () => [...found, ...explain(misfits, uncounted)],
  }
}

function hashOf(previous: string, position: number, entry: string): string {
  const place = Buffer.alloc(8)
  place.writeBigInt64BE(BigInt(position))
  return createHash('sha256').update(previous, 'hex').update(place).update(entry).digest('hex')
}

/** Names what was done to rows that do not fit, and leaves out those that only follow from it. */
function explain(misfits: readonly Misfit[], uncounted: number): Finding[] {
  const findings = misfits.flatMap((row) => explainOne(row, misfits))
  const inserted = new Set(findings.filter(({ kind }) => kind === 'inserted').map(({ position }) => position))
  const own = findings.filter(({ kind, position }) => kind === 'inserted' || !inserted.has(position))
  if (uncounted === 0) return own
  return [...own, { kind: 'altered', says: `${uncounted} more rows do not fit the chain.` }]
}

function explainOne(row: Misfit, misfits: readonly Misfit[]): Finding[] {
  const others = misfits.filter(({ position }) => position !== row.position)
  const exchanged = others.find((other) => changedPlaces(row, other))
  if (exchanged) {
    const says = `Row ${row.auditId} stands where row ${exchanged.auditId} was sealed.`
    return [{ kind: 'reordered', ...placeOf(row), says }]
  }
  if (fits(row, row.position - 1, [row.previous])) return []
  if (fits(row, row.position - 1, [row.beforePrevious])) {
    const place = { position: row.position - 1, ...(row.auditIdBefore ? { auditId: row.auditIdBefore } : {}) }
    return [{ kind: 'inserted', ...place, says: `Row ${row.auditIdBefore} was put between others.` }]
  }
  if (fits(row, row.position, [row.beforePrevious, ...others.map(({ hash }) => hash)])) return []
  return [{ kind: 'altered', ...placeOf(row), says: `Row ${row.auditId} is not as it was sealed.` }]
}

/** Whether two rows were exchanged: with their seals, or under them. */
function changedPlaces(row: Misfit, other: Misfit): boolean {
  const hashes = [row.previous, row.hash, other.previous, other.hash]
  if (fits(row, other.position, hashes) && fits(other, row.position, hashes)) return true
  return (
    hashOf(row.previous, row.position, other.entry) === row.hash &&
    hashOf(other.previous, other.position, row.entry) === other.hash
  )
}

/** Whether a row has its hash if it stood at this position, after one of these. */
function fits({ entry, hash }: Misfit, position: number, previous: readonly string[]): boolean {
  return previous.some((before) => hashOf(before, position, entry) === hash)
}

function placeOf({ position, auditId }: SealedRow) {
  return { position, auditId }
}

function missing(first: number, found: number): string {
  if (found < first) return `Position ${found} comes twice.`
  return found - first === 1 ? `Position ${first} is missing.` : `Positions ${first} to ${found - 1} are missing.`
}

function backdated({ auditId }: SealedRow, at: number, newest: number): string {
  const [own, before] = [at, newest].map((moment) => new Date(moment).toISOString())
  return `Row ${auditId} says ${own}, but was sealed after one of ${before}.`
}
