import type { FactData } from '@backroom/facts'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { noteCase } from '../order-case.ts'
import { bookReturned } from '../returned-units.ts'
import { returnRefund } from '../workflows/return-refund.ts'
import type { Effect } from './apply-fact.ts'
import { recordFact } from './record-fact.ts'

/** What returns tells of an order. */
export const returnEffects: Record<string, Effect> = {
  'return.requested.v1': stage(true),
  'return.authorized.v1': stage(true),
  'return.rejected.v1': stage(false),
  'return.cancelled.v1': stage(false),
  'return.expired.v1': stage(false),
  'return.received.v1': stage(true),
  'return.inspected.v1': inspected,
  'return.resolving.v1': resolving,
  'return.resolved.v1': stage(false),
  'return.disposed.v1': (db, order, _data, fact) => recordFact(db, order, fact, { rank: 9, visibility: 'internal' }),
}

type KeptFact = Parameters<Effect>[3]
type Stage = FactData<'return.requested.v1'>

function stage(open: boolean): Effect {
  return async (db, order, { rma_number: number }: Stage, fact) => {
    const status = fact.type.split('.')[1] ?? ''
    await noteCase(db, order, { number, kind: 'return', status, open })
    await recordFact(db, order, fact, { rank: 9 })
  }
}

/** What passed the inspection has been returned. */
async function inspected(db: Kysely<Tables>, order: Order, data: Stage, fact: KeptFact): Promise<void> {
  await stage(true)(db, order, data, fact)
  await bookReturned(db, order, data.rma_number, data.lines)
}

async function resolving(db: Kysely<Tables>, order: Order, data: FactData<'return.resolving.v1'>, fact: KeptFact) {
  await noteCase(db, order, { number: data.rma_number, kind: 'return', status: 'resolving', open: true })
  await recordFact(db, order, fact, { rank: 9, visibility: 'internal' })
  await enqueue(db, returnRefund, {
    id: `return:${data.resolution_id}`,
    subject: order.id,
    startedBy: 'returns',
    partition: `${order.id}:after-sales`,
    input: { ...data, order_id: order.id },
  })
}
