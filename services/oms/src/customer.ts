import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Who orders. */
export interface Customer {
  customerId: string
  email?: string | null | undefined
  name?: string | null | undefined
}

/** Keeps what is known of customers; a row is written only when it changes, so that their orders do not wait for it. */
export async function rememberCustomers(db: Kysely<Tables>, customers: readonly Customer[]): Promise<void> {
  await db
    .insertInto('customer')
    .values(customers.map(({ customerId: id, email = null, name = null }) => ({ id, email, name })))
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((of) => ({
          email: of.fn.coalesce('excluded.email', 'customer.email'),
          name: of.fn.coalesce('excluded.name', 'customer.name'),
        }))
        .where(
          sql<boolean>`(excluded.email is distinct from customer.email and excluded.email is not null)
            or (excluded.name is distinct from customer.name and excluded.name is not null)`,
        ),
    )
    .execute()
}

const MOST = 20

/**
 * Ids of up to 20 customers whose id, e-mail, name or family name starts with what was typed, case aside.
 *
 * @param among the only customers who count, when given
 */
export async function findCustomers(db: Kysely<Tables>, typed: string, among?: readonly string[]): Promise<string[]> {
  const prefix = typed.trim().toLowerCase()
  const searched = [sql`lower(email)`, sql`lower(name)`, sql`lower(substr(name, strpos(name, ' ') + 1))`]
  const counts = among ? sql`id = any(${among})` : sql`true`
  const found = searched.map(
    (text) => sql`(select id from customer where ${text} collate "C" >= ${prefix}
      and ${text} collate "C" < ${`${prefix}\u{10ffff}`} and ${counts} order by ${text} collate "C" limit ${MOST})`,
  )
  const { rows } = await sql<{ id: string }>`
    (select id from customer where id = ${typed.trim()} and ${counts}) union ${sql.join(found, sql` union `)}
    limit ${MOST}`.execute(db)
  return rows.map(({ id }) => id)
}
