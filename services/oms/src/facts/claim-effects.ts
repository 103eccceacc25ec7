import type { FactData } from '@backroom/facts'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { noteCase } from '../order-case.ts'
import { claimPay } from '../workflows/claim-pay.ts'
import type { Effect } from './apply-fact.ts'
import { recordFact } from './record-fact.ts'

/** What claims tells of an order. */
export const claimEffects: Record<string, Effect> = {
  'claim.opened.v1': stage(true),
  'claim.approved.v1': stage(true),
  'claim.denied.v1': stage(false),
  'claim.withdrawn.v1': stage(false),
  'claim.settling.v1': settling,
  'claim.settled.v1': stage(false),
  'recovery.paid.v1': internally,
  'recovery.written_off.v1': internally,
}

type KeptFact = Parameters<Effect>[3]

function stage(open: boolean): Effect {
  return async (db, order, { claim_number: number }: FactData<'claim.opened.v1'>, fact) => {
    const status = fact.type.split('.')[1] ?? ''
    await noteCase(db, order, { number, kind: 'claim', status, open })
    await recordFact(db, order, fact, { rank: 9 })
  }
}

async function settling(db: Kysely<Tables>, order: Order, data: FactData<'claim.settling.v1'>, fact: KeptFact) {
  await noteCase(db, order, { number: data.claim_number, kind: 'claim', status: 'settling', open: true })
  await recordFact(db, order, fact, { rank: 9, visibility: 'internal' })
  await enqueue(db, claimPay, {
    id: `claim:${data.settlement_id}`,
    subject: order.id,
    startedBy: 'claims',
    partition: `${order.id}:after-sales`,
    input: { ...data, order_id: order.id },
  })
}

function internally(...[db, order, , fact]: Parameters<Effect>): Promise<void> {
  return recordFact(db, order, fact, { rank: 9, visibility: 'internal' })
}
