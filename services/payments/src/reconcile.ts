import { type Kysely, sql } from 'kysely'
import type { IntentStatus, Tables } from './database-tables.ts'

export { chooseProvider } from './provider/choose-provider.ts'
export { type ProviderDifference, providerDays, withProvider } from './reconcile-provider.ts'

/** Where the ledger, a payment or store credit disagrees with the rows that it follows from; minor units. */
export interface LedgerDifference {
  source: string
  id: string
  detail: string
  balance: number
  recorded: number
}

/** A payment as it is compared with its order; minor units. */
export interface PaymentBooks {
  payment_id: string
  order_ref: string
  checkout_id: string
  currency: string
  status: IntentStatus
  authorized_minor: number
  captured_minor: number
  voided_minor: number
  refunded_minor: number
  /** A capture, a void or a refund is under way. */
  under_way: boolean
}

/** Money that went back for one cause, before it was taken or after; minor units. */
export interface MovedBack {
  order_ref: string
  source: string
  source_id: string
  minor: number
}

/** A request to a provider whose end nobody has known for minutes. */
export interface UnknownOperation {
  id: string
  payment_id: string
  kind: string
  amount_minor: number
  currency: string
}

/** Compares the ledger in itself, and with every payment, movement of money and store credit. */
export async function ledgerDifferences(
  db: Kysely<Tables>,
): Promise<{ rows: number; differences: LedgerDifference[] }> {
  const { rows: differences } = await sql<LedgerDifference>`
    select source, id, detail, balance::bigint, recorded::bigint from ledger_differences order by source, id`.execute(
    db,
  )
  const { rows } = await sql<{ count: number }>`select count(*) as count from ledger_entry`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** Requests whose end has not been known for longer than looking it up takes. */
export async function unknownOperations(db: Kysely<Tables>): Promise<UnknownOperation[]> {
  const { rows } = await sql<UnknownOperation>`
    select o.id, o.intent_id as payment_id, o.kind, o.amount_minor, o.currency from operation o
      where o.status in ('requested', 'sent', 'unknown') and o.requested_at < now() - interval '15 minutes'
    union all
    select a.id, a.intent_id, 'authorization', a.amount_minor, i.currency
      from "authorization" a join payment_intent i on i.id = a.intent_id
      where a.status in ('requested', 'sent', 'unknown') and a.requested_at < now() - interval '15 minutes'
        and i.status <> 'voided'
    order by id`.execute(db)
  return rows
}

/** Orders that payments were made for, in order. */
export async function paidOrders(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ order_ref: string }>`
    select distinct order_ref from payment_intent where order_ref > ${after} order by order_ref limit ${limit}`.execute(
    db,
  )
  return rows.map(({ order_ref }) => order_ref)
}

/** Store credit that a return or a claim has granted; minor units. */
export interface CreditBooks {
  source: string
  source_id: string
  minor: number
}

/** Store credit that was granted, for each of the given causes. */
export async function grantsFor(db: Kysely<Tables>, sourceIds: readonly string[]): Promise<CreditBooks[]> {
  const { rows } = await sql<CreditBooks>`
    select source, source_id, amount_minor as minor from store_credit_grant
    where source in ('rma', 'claim') and source_id = any(${sourceIds})`.execute(db)
  return rows
}

/** Money that came in for a recovery; minor units. */
export interface RecoveredMoney {
  recovery_id: string
  tx_id: string
  minor: number
}

/** Recoveries that money was booked for, in order. */
export async function bookedRecoveries(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ recovery_id: string }>`
    select substr(external_ref, 10) as recovery_id from ledger_tx
    where external_ref like 'recovery:%' and external_ref > ${`recovery:${after}`}
    order by external_ref limit ${limit}`.execute(db)
  return rows.map(({ recovery_id }) => recovery_id)
}

/** What was booked for each of the recoveries. */
export async function recoveredFor(db: Kysely<Tables>, recoveryIds: readonly string[]): Promise<RecoveredMoney[]> {
  const names = recoveryIds.map((id) => `recovery:${id}`)
  const { rows } = await sql<RecoveredMoney>`
    select substr(t.external_ref, 10) as recovery_id, t.id as tx_id, sum(e.amount_minor)::bigint as minor
    from ledger_tx t join ledger_entry e on e.tx_id = t.id and e.direction = 'credit'
    where t.external_ref = any(${names}) group by t.id`.execute(db)
  return rows
}

/** Every payment of the orders. */
export async function paymentsOf(
  db: Kysely<Tables>,
  orderRefs: readonly string[],
): Promise<Map<string, PaymentBooks[]>> {
  const { rows } = await sql<PaymentBooks>`
    select id as payment_id, order_ref, checkout_id, currency, status, authorized_minor, captured_minor, voided_minor,
      refunded_minor, capture_pending_minor + void_pending_minor + refund_pending_minor > 0 as under_way
    from payment_intent where order_ref = any(${orderRefs}) order by id`.execute(db)
  return Map.groupBy(rows, ({ order_ref }) => order_ref)
}

/** What was voided and refunded of the orders, for each cause. */
export async function movedBack(db: Kysely<Tables>, orderRefs: readonly string[]): Promise<Map<string, MovedBack[]>> {
  const { rows } = await sql<MovedBack>`
    select i.order_ref, o.source, o.source_id, sum(o.amount_minor)::bigint as minor
    from operation o join payment_intent i on i.id = o.intent_id
    where i.order_ref = any(${orderRefs}) and o.kind in ('void', 'refund') and o.status = 'succeeded'
      and o.source in ('cancel', 'rma', 'claim')
    group by i.order_ref, o.source, o.source_id`.execute(db)
  return Map.groupBy(rows, ({ order_ref }) => order_ref)
}
