import { type FactData, reportFact } from '@backroom/facts'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Rma, RmaLine } from './rma.ts'

const SOURCE = 'returns'

/** What happens to a return that the orders server hears of, with the units that it concerns. */
type ReturnEvent =
  | 'requested'
  | 'authorized'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'received'
  | 'inspected'
  | 'resolved'

/**
 * Reports what happened to a return, in the transaction in which it did. Lines of no units are left out, but for an
 * inspection: it may take back what an earlier one had accepted.
 */
export function reportReturn(
  db: Kysely<Tables>,
  rma: Rma,
  event: ReturnEvent,
  lines: readonly RmaLine[],
  units: (line: RmaLine) => number,
): Promise<void> {
  return reportFact(db, SOURCE, {
    type: `return.${event}.v1`,
    subject: rma.number,
    data: {
      rma_number: rma.number,
      order_id: rma.order_id,
      lines: lines
        .map((line) => ({ order_line_id: line.order_line_id, sku: line.sku, qty: units(line) }))
        .filter(({ qty }) => qty > 0 || event === 'inspected'),
    },
  })
}

/** Reports a decided resolution, whose effect the orders server brings about. */
export function reportResolving(
  db: Kysely<Tables>,
  rma: Rma,
  data: Omit<FactData<'return.resolving.v1'>, 'rma_number' | 'order_id' | 'customer_id'>,
): Promise<void> {
  const { number: rma_number, order_id, customer_id } = rma
  return reportFact(db, SOURCE, {
    type: 'return.resolving.v1',
    subject: rma_number,
    id: `return.resolving:${data.resolution_id}`,
    data: { rma_number, order_id, customer_id, ...data },
  })
}

/** Reports where returned units went. */
export function reportDisposed(
  db: Kysely<Tables>,
  rma: Rma,
  { id, ...goods }: { id: string; sku: string; qty: number; disposition: string; warehouse: string },
): Promise<void> {
  const { number: rma_number, order_id } = rma
  return reportFact(db, SOURCE, {
    type: 'return.disposed.v1',
    subject: rma_number,
    id: `return.disposed:${id}`,
    data: { rma_number, order_id, ...goods },
  })
}
