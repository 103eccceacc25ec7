import { factSchemas } from '@backroom/facts'
import { enqueue, send } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { returnLatePayment } from '../workflows/late-payment.ts'
import { checkoutSagaId, paymentTopic } from '../workflows/payment-topic.ts'
import { claimEffects } from './claim-effects.ts'
import type { KeptFact } from './kept-facts.ts'
import { paymentEffects } from './payment-effects.ts'
import { referenceOf } from './references.ts'
import { returnEffects } from './return-effects.ts'
import { shipmentEffects } from './shipment-effects.ts'
import { stockEffects } from './stock-effects.ts'

/** What a fact of one type does to its order, which is locked. `data` has been checked against the type's schema. */
// biome-ignore lint/suspicious/noExplicitAny: each effect names the data of its own type.
export type Effect = (db: Kysely<Tables>, order: Order, data: any, fact: KeptFact) => Promise<void>

const effects: Record<string, Effect> = {
  ...stockEffects,
  ...shipmentEffects,
  ...returnEffects,
  ...claimEffects,
  ...paymentEffects,
}

/**
 * Lets a fact have its effect here. `waiting`: its order does not exist yet.
 *
 * @throws when the fact is not what its type says, or does not fit the state of its order
 */
export async function applyFact(db: Kysely<Tables>, fact: KeptFact): Promise<'applied' | 'waiting'> {
  const schema = fact.type in factSchemas ? factSchemas[fact.type as keyof typeof factSchemas] : undefined
  if (!schema) throw new Error(`${fact.type} is no type of fact that this server knows`)
  const data: Record<string, unknown> = schema.parse(fact.data)
  const reference = referenceOf(data)
  if (!(fact.type in effects) || reference === undefined) return 'applied'
  const order = await lockReferenced(db, reference)
  if (!order) return applyToCheckout(db, fact, reference)
  return applyToOrder(db, fact, order)
}

/** @throws when the fact does not fit the state of its order */
async function applyToOrder(db: Kysely<Tables>, fact: KeptFact, order: Order): Promise<'applied'> {
  const data = factSchemas[fact.type as keyof typeof factSchemas].parse(fact.data)
  await effects[fact.type]?.(db, order, data, fact)
  return 'applied'
}

function lockReferenced(db: Kysely<Tables>, reference: string): Promise<Order | undefined> {
  return db.selectFrom('orders').selectAll().where(columnOf(reference), '=', reference).forUpdate().executeTakeFirst()
}

function columnOf(reference: string): 'id' | 'number' | 'checkout_id' {
  if (reference.startsWith('ord_')) return 'id'
  return reference.startsWith('ORD-') ? 'number' : 'checkout_id'
}

/**
 * Holds the checkout, so that the order is not placed without what this fact leaves behind, nor in between unnoticed.
 * A checkout that is not an order yet hears that its payment has been decided; one that has ended gives late money back.
 */
async function applyToCheckout(db: Kysely<Tables>, fact: KeptFact, reference: string): Promise<'applied' | 'waiting'> {
  const { type } = fact
  const checkout = await db
    .selectFrom('checkout')
    .select(['id', 'state'])
    .where(reference.startsWith('ord_') ? 'order_id' : 'id', '=', reference)
    .forUpdate()
    .executeTakeFirst()
  if (!checkout) return type === 'stock.reservation_expired.v1' ? 'applied' : 'waiting'
  const order = checkout.state === 'completed' ? await lockReferenced(db, checkout.id) : undefined
  if (order) return applyToOrder(db, fact, order)
  if (checkout.state === 'failed') {
    if (type === 'payment.authorized.v1') await giveBack(db, checkout.id)
    return 'applied'
  }
  if (type === 'payment.authorized.v1' || type === 'payment.failed.v1') {
    await send(checkoutSagaId(checkout.id), paymentTopic, {}, db)
    return 'applied'
  }
  return type === 'stock.reservation_expired.v1' ? 'applied' : 'waiting'
}

function giveBack(db: Kysely<Tables>, checkoutId: string): Promise<void> {
  return enqueue(db, returnLatePayment, {
    id: `late:${checkoutId}`,
    subject: checkoutId,
    input: { checkoutId },
    startedBy: 'payments',
  })
}
