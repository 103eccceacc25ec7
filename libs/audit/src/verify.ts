import { sql } from 'kysely'
import { type ChainEnd, type ChainReader, type Finding, genesisOf, readChain } from './chain.ts'
import type { SignedHead } from './head.ts'
import { withSealedRows } from './rows.ts'
import type { TrailDatabase } from './trail-database.ts'

/** What a look at a whole trail came to. */
export interface Verification {
  trail: string
  /** How many rows the chain holds. */
  rows: number
  /** Where the chain ends. */
  end: ChainEnd
  /** The signed head that it was compared with; undefined when there is none, and a cut tail cannot be seen then. */
  head: SignedHead | undefined
  /** Empty when everything is as it was written. */
  findings: Finding[]
}

const UNSEALED_SECONDS = 10
const MAX_UNSEALED = 100

/** Checks every row of a trail against its chain, and the chain against the head that its service signed last. */
export async function verifyTrail(db: TrailDatabase, trail: string, head?: SignedHead): Promise<Verification> {
  return withSealedRows(db, async (pageAfter, trx) => {
    const chain = readChain(genesisOf(trail))
    let rows = 0
    let atHead: string | undefined
    for (let page = await pageAfter(0); page.length > 0; page = await pageAfter(chain.end().position)) {
      for (const row of page) {
        chain.add(row)
        if (row.position === head?.position) atHead = row.hash
      }
      rows += page.length
    }
    const findings = [...chain.findings(), ...compare(chain, head, atHead), ...(await unsealed(trx))]
    return { trail, rows, end: chain.end(), head, findings }
  })
}

function compare(chain: ChainReader, head: SignedHead | undefined, atHead: string | undefined): Finding[] {
  if (!head) return []
  const { position } = chain.end()
  if (position < head.position) {
    const says = `The chain ends at position ${position}; on ${head.at.toISOString()} it reached ${head.position}.`
    return [{ kind: 'cut_off', position: position + 1, says }]
  }
  if (atHead === head.hash) return []
  const says = `Position ${head.position} is not as it was on ${head.at.toISOString()}: the chain was made anew.`
  return [{ kind: 'rewritten', position: head.position, says }]
}

async function unsealed(db: TrailDatabase): Promise<Finding[]> {
  const { rows } = await sql<{ id: number; at: Date }>`
    select a.id, a.at from audit a
    where a.at < now() - make_interval(secs => ${UNSEALED_SECONDS})
      and not exists (select from audit_seal s where s.audit_id = a.id)
    order by a.id limit ${MAX_UNSEALED}`.execute(db)
  return rows.map(({ id, at }) => ({
    kind: 'unsealed',
    auditId: id,
    says: `Row ${id} of ${at.toISOString()} is not in the chain: it was put in, or nothing seals this trail.`,
  }))
}
