import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { genesisOf, readChain, type SealedRow } from '../src/chain.ts'

type Row = SealedRow & { entry: string }

/** A chain as the database makes it, computed here on its own. */
function chainOf(length: number): Row[] {
  const rows: Row[] = []
  let hash = createHash('sha256').update('audit trail of wms').digest()
  for (let position = 1; position <= length; position++) {
    const entry = JSON.stringify({ id: 100 + position, at: new Date(1_800_000_000_000 + position).toISOString() })
    const place = Buffer.alloc(8)
    place.writeBigInt64BE(BigInt(position))
    hash = createHash('sha256')
      .update(Buffer.concat([hash, place, Buffer.from(entry)]))
      .digest()
    rows.push({ position, auditId: 100 + position, hash: hash.toString('hex'), entry })
  }
  return rows
}

const findingsOf = (rows: readonly SealedRow[]) => {
  const chain = readChain(genesisOf('wms'))
  for (const row of rows) chain.add(row)
  return chain.findings()
}
const kindsOf = (rows: readonly SealedRow[]) => findingsOf(rows).map(({ kind, position }) => `${kind} ${position}`)

/** The rows with other content at one place. */
const withRow = <R extends SealedRow>(rows: readonly R[], index: number, change: Partial<R>): R[] =>
  rows.map((row, at) => (at === index ? { ...row, ...change } : row))

describe('a chain', () => {
  const rows = chainOf(9)
  const at = (index: number): Row => rows[index] as Row
  const foreign = { auditId: 999, entry: JSON.stringify({ id: 999, at: at(4).entry.slice(16, -2) }) }
  const places = (list: readonly SealedRow[]) => list.map((row, index) => ({ ...row, position: index + 1 }))

  it('of rows as they were written has no finding', () => {
    assert.deepEqual(findingsOf(rows), [])
  })

  it('names a row that was altered, and no other', () => {
    assert.deepEqual(kindsOf(withRow(rows, 4, { entry: at(4).entry.replace('105', '106') })), ['altered 5'])
  })

  it('names a row whose content is gone, and places that are gone', () => {
    assert.deepEqual(kindsOf(withRow<SealedRow>(rows, 4, { entry: null })), ['deleted 5'])
    assert.deepEqual(kindsOf(rows.toSpliced(4, 1)), ['deleted 5'])
  })

  it('names a row that was put between others, which were moved on for it', () => {
    const inserted = { ...at(4), ...foreign, hash: 'ab'.repeat(32) }
    assert.deepEqual(kindsOf(places(rows.toSpliced(4, 0, inserted))), ['inserted 5'])
    const wellHashed = chainOf(5)[4] as Row
    assert.deepEqual(kindsOf(places(rows.toSpliced(4, 0, wellHashed))), ['inserted 5'])
  })

  it('names rows that changed places, with their seals or under them', () => {
    const content = ({ auditId, entry }: Row) => ({ auditId, entry })
    const underSeals = withRow(withRow(rows, 3, content(at(6))), 6, content(at(3)))
    assert.deepEqual(kindsOf(underSeals), ['reordered 4', 'reordered 7'])
    const neighbours = places(rows.toSpliced(3, 2, at(4), at(3)))
    assert.deepEqual(kindsOf(neighbours), ['reordered 4', 'reordered 5'])
    const apart = places(rows.with(2, at(6)).with(6, at(2)))
    assert.deepEqual(kindsOf(apart), ['reordered 3', 'reordered 7'])
  })

  it('names a row that was sealed long after the time it claims', () => {
    const late = { id: 1, at: new Date(1_700_000_000_000).toISOString() }
    const [last] = rows.slice(-1) as [Row]
    const place = Buffer.alloc(8)
    place.writeBigInt64BE(10n)
    const entry = JSON.stringify(late)
    const hash = createHash('sha256').update(last.hash, 'hex').update(place).update(entry).digest('hex')
    assert.deepEqual(kindsOf([...rows, { position: 10, auditId: 1, hash, entry }]), ['inserted 10'])
  })

  it('of another trail does not pass for this one', () => {
    const chain = readChain(genesisOf('oms'))
    for (const row of rows) chain.add(row)
    assert.deepEqual(
      chain.findings().map(({ kind, position }) => [kind, position]),
      [['altered', 1]],
    )
  })

  it('shows any change of rows or seals, short of a cut at the end', () => {
    const length = 12
    const Index = fc.nat(length - 2)
    const original = chainOf(length)
    const Tampering = fc.oneof(
      Index.map((index) => withRow(original, index, { entry: `${original[index]?.entry.slice(0, -1)},"x":1}` })),
      Index.map((index) => withRow(original, index, { hash: 'cd'.repeat(32) })),
      Index.map((index) => original.toSpliced(index, 1)),
      Index.map((index) => places(original.toSpliced(index, 1))),
      Index.map((index) => places(original.toSpliced(index, 0, original[length - 1] as Row))),
      fc
        .tuple(Index, Index)
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => places(original.with(a, original[b] as Row).with(b, original[a] as Row))),
    )
    fc.assert(
      fc.property(Tampering, (tampered) => findingsOf(tampered).length > 0),
      { numRuns: 200 },
    )
  })
})
