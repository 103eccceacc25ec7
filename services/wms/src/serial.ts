import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { SkuRecord } from './master-data.ts'

/**
 * Notes the serial numbers of units that are picked for an order. A number can be with one order at a time.
 *
 * @throws {BusinessError} invalid_argument unless a SKU with serial numbers has one for each unit, and others none;
 * conflict for a number that another order has
 */
export async function takeSerials(
  db: Kysely<Tables>,
  { id: sku, serial_tracked }: SkuRecord,
  orderRef: string,
  qty: number,
  serials: readonly string[],
): Promise<void> {
  const needed = serial_tracked ? qty : 0
  if (serials.length !== needed || new Set(serials).size !== needed) throw notFitting(sku, needed, serials.length)
  if (needed === 0) return
  const { rows } = await sql<{ serial_no: string }>`
    insert into serial (sku, serial_no, state, order_ref)
    select ${sku}, serial_no, 'picked', ${orderRef} from unnest(${serials}::text[]) as s (serial_no)
    on conflict (sku, serial_no) do update set state = 'picked', order_ref = excluded.order_ref
      where serial.state = 'in_stock'
    returning serial_no`.execute(db)
  const taken = serials.filter((number) => !rows.some(({ serial_no }) => serial_no === number))
  if (taken.length > 0) throw alreadyGone(sku, taken)
}

/** The order's serial numbers have left the building. */
export async function shipSerials(db: Kysely<Tables>, orderRef: string, skus: readonly string[]): Promise<void> {
  await sql`
    update serial set state = 'shipped'
    where order_ref = ${orderRef} and sku = any(${skus}) and state = 'picked'`.execute(db)
}

/** Numbers of goods that a customer sent back; they can be sold again. */
export async function returnSerials(db: Kysely<Tables>, sku: string, serials: readonly string[]): Promise<void> {
  await sql`
    insert into serial (sku, serial_no, state)
    select ${sku}, serial_no, 'in_stock' from unnest(${serials}::text[]) as s (serial_no)
    on conflict (sku, serial_no) do update set state = 'in_stock', order_ref = null`.execute(db)
}

/** The serial numbers that the units of an order were picked with. */
export function serialsOf(db: Kysely<Tables>, orderRef: string): Promise<{ sku: string; serial_no: string }[]> {
  return db
    .selectFrom('serial')
    .select(['sku', 'serial_no'])
    .where('order_ref', '=', orderRef)
    .orderBy('sku')
    .orderBy('serial_no')
    .execute()
}

/** Which of an order's serial numbers came back is not said; as many as units came back are free again. */
export async function freeSerials(db: Kysely<Tables>, orderRef: string, sku: string, qty: number): Promise<void> {
  await sql`
    update serial set state = 'in_stock', order_ref = null
    where (sku, serial_no) in (
      select sku, serial_no from serial
      where order_ref = ${orderRef} and sku = ${sku} and state = 'picked' order by serial_no desc limit ${qty})`.execute(
    db,
  )
}

function notFitting(sku: string, needed: number, given: number): BusinessError {
  const message =
    needed === 0
      ? `${sku} has no serial numbers; leave serials out.`
      : `${sku} needs ${needed} different serial numbers, one a unit; ${given} were given.`
  return new BusinessError('invalid_argument', message)
}

function alreadyGone(sku: string, numbers: readonly string[]): BusinessError {
  return new BusinessError('conflict', `${numbers.join(', ')} of ${sku} left with another order already.`, {
    details: { serials: numbers },
    nextActions: [{ hint: 'Read the numbers again from the units.' }],
  })
}
