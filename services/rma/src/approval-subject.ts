import type { ApprovalSubject, Caller } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { undisposed } from './disposition.ts'
import { advanceInForce, type Resolution, resolutionInForce } from './resolution-state.ts'
import { getRma, lineById, linesOf } from './rma.ts'
import { viewerOf } from './viewer.ts'

/** The return that a call decides about. */
export async function rmaSubject(db: Kysely<Tables>, reference: string, caller: Caller): Promise<ApprovalSubject> {
  const rma = await getRma(db, reference, viewerOf(caller))
  const lines = await linesOf(db, [rma.id])
  const [resolution, advance] = [await resolutionInForce(db, rma.id), await advanceInForce(db, rma.id)]
  return {
    name: `${rma.number} of order ${rma.order_number}`,
    version: `${rma.version} ${resolution?.id ?? ''} ${advance?.id ?? ''}`,
    state: {
      Status: rma.status.replaceAll('_', ' '),
      'Goods must come back': rma.returnless ? 'no' : 'yes',
      'Is sent by': rma.label_method,
      'Paid in advance': advance ? inWords(advance) : null,
      Ends: resolution ? inWords(resolution) : null,
      ...Object.fromEntries(
        lines.map(({ line, sku, qty_authorised }) => [`Units of ${sku} (line ${line}) let back`, qty_authorised]),
      ),
    },
  }
}

/** The units of a line that a call disposes of. */
export async function lineSubject(db: Kysely<Tables>, lineId: string): Promise<ApprovalSubject> {
  const line = await lineById(db, lineId)
  const { number } = await getRma(db, line.rma_id)
  const { accepted, rejected } = await undisposed(db, line)
  return {
    name: `${line.sku} of ${number}`,
    version: `${accepted} ${rejected}`,
    state: { 'Accepted units that wait': accepted, 'Rejected units that wait': rejected },
  }
}

function inWords({ kind, amount_minor, currency }: Resolution): string {
  return `${kind.replaceAll('_', ' ')} of ${formatMoney(amount_minor, currency)}`
}
