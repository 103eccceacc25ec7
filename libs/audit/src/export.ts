import { type Finding, genesisOf, readChain, type SealedRow } from './chain.ts'
import { withSealedRows } from './rows.ts'
import type { TrailDatabase } from './trail-database.ts'

/**
 * Hands out a trail as JSON Lines, in the order of its chain: `{"position":1,"hash":"…","entry":{…}}`. The entry stands
 * last and byte for byte as it was sealed, so that the file proves itself: each hash is SHA-256 over the hash before (32
 * bytes), the position (8 bytes, most significant first) and the text of the entry; before the first stands SHA-256 of
 * `audit trail of <trail>`.
 *
 * @returns how many rows there were
 */
export async function exportTrail(db: TrailDatabase, write: (lines: string) => Promise<void>): Promise<number> {
  return withSealedRows(db, async (pageAfter) => {
    let count = 0
    let last = 0
    for (let page = await pageAfter(0); page.length > 0; page = await pageAfter(last)) {
      await write(page.map(lineOf).join(''))
      count += page.length
      last = page.at(-1)?.position ?? last
    }
    return count
  })
}

function lineOf({ position, hash, entry }: SealedRow): string {
  return `{"position":${position},"hash":"${hash}","entry":${entry}}\n`
}

const lineForm = /^\{"position":(\d+),"hash":"([0-9a-f]{64})","entry":(.*)\}$/s

/**
 * Checks an exported trail without its database.
 *
 * @param text the file, in pieces of any size
 * @throws when a line is not one of an exported trail
 */
export async function verifyExport(
  trail: string,
  text: AsyncIterable<string>,
): Promise<{ rows: number; findings: Finding[] }> {
  const chain = readChain(genesisOf(trail))
  let rows = 0
  for await (const line of linesOf(text)) {
    const [, position, hash = '', entry = ''] = lineForm.exec(line) ?? []
    rows++
    if (position === undefined) throw new Error(`Line ${rows} is not one of an exported trail.`)
    chain.add({ position: Number(position), hash, entry: entry === 'null' ? null : entry, auditId: idIn(entry) })
  }
  return { rows, findings: chain.findings() }
}

/** Splits at line feeds alone: text of a trail may hold other characters that some take for the end of a line. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

function idIn(entry: string): number {
  return Number((JSON.parse(entry) as { id?: number } | null)?.id ?? 0)
}
