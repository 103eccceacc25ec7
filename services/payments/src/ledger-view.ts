import { type Day, daysAfter } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { BusinessError, decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { AccountType, Direction, Tables } from './database-tables.ts'
import { type AccountCode, accountId } from './ledger.ts'

/** An account; of store credit, that of one customer or of all. */
export interface AccountFilter {
  account: AccountCode
  currency: string
  owner?: string | undefined
}

/** From the start of the first day to the end of the last, UTC. */
export interface Period {
  from?: Day | undefined
  to?: Day | undefined
}

export interface LedgerLine {
  id: number
  tx_id: string
  ts: Date
  kind: string
  cause: string
  account_id: string
  direction: Direction
  amount_minor: number
}

export interface Sums {
  debit_minor: number
  credit_minor: number
}

/**
 * Entries of one account, the latest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor, and for store credit of nobody in particular
 */
export async function readLedger(
  db: Kysely<Tables>,
  { account, currency, owner }: AccountFilter,
  { from, to }: Period,
  { cursor, limit }: PageRequest,
): Promise<Page<LedgerLine>> {
  if (account === 'store_credit_liability' && owner === undefined)
    throw new BusinessError('invalid_argument', 'Store credit has an account for each customer: name its owner.')
  const before = decodeCursor(cursor, z.tuple([z.int()]))
  let entries = db
    .selectFrom('ledger_entry')
    .select(['id', 'tx_id', 'ts', 'account_id', 'direction', 'amount_minor'])
    .where('account_id', '=', accountId(account, currency, owner))
  if (from) entries = entries.where('ts', '>=', startOf(from))
  if (to) entries = entries.where('ts', '<', startOf(daysAfter(to, 1)))
  // The moment of the entry is looked up: a cursor could not carry its microseconds.
  if (before)
    entries = entries.where(
      sql<boolean>`(ts, id) < ((select ts from ledger_entry where id = ${before[0]}), ${before[0]})`,
    )
  const page = entries
    .orderBy('ts', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .as('e')
  const rows = await db
    .selectFrom(page)
    .innerJoin('ledger_tx as t', 't.id', 'e.tx_id')
    .select(['e.id', 'e.tx_id', 'e.ts', 't.kind', 't.cause', 'e.account_id', 'e.direction', 'e.amount_minor'])
    .orderBy('e.ts', 'desc')
    .orderBy('e.id', 'desc')
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}

/** Debits and credits of an account in a period. */
export async function sumsOf(db: Kysely<Tables>, filter: AccountFilter, period: Period): Promise<Sums> {
  const { account, currency, owner } = filter
  const ofEveryCustomer = account === 'store_credit_liability' && owner === undefined
  const [sums] = ofEveryCustomer
    ? await accountSums(db, period, filter)
    : await oneAccountSums(db, accountId(account, currency, owner), period)
  return { debit_minor: sums?.debit_minor ?? 0, credit_minor: sums?.credit_minor ?? 0 }
}

/** Entries are read of those days alone that are not closed yet. */
async function oneAccountSums(db: Kysely<Tables>, id: string, { from, to }: Period): Promise<Sums[]> {
  const { rows } = await sql<Sums>`
    with period as (
      select coalesce(${from ?? null}::date, '-infinity') as first, coalesce(${to ?? null}::date, 'infinity') as last, through
      from ledger_closed
    ), part as (
      select debit_minor as debit, credit_minor as credit from ledger_day
      where account_id = ${id} and day >= (select first from period) and day <= (select last from period)
      union all
      select sum(amount_minor) filter (where direction = 'debit'), sum(amount_minor) filter (where direction = 'credit')
      from ledger_entry
      where account_id = ${id} and ts >= (select greatest(first, through + 1)::timestamp at time zone 'utc' from period)
        and ts < (select (last + 1)::timestamp at time zone 'utc' from period)
    )
    select coalesce(sum(debit), 0)::bigint as debit_minor, coalesce(sum(credit), 0)::bigint as credit_minor
    from part`.execute(db)
  return rows
}

export interface TrialBalanceRow extends Sums {
  account: AccountCode
  type: AccountType
  currency: string
}

/**
 * Account codes with their sums per currency; over all of them, debits equal credits. Days that are closed are summed up
 * already; only the entries since then are read.
 */
export async function accountSums(
  db: Kysely<Tables>,
  { from = null, to = null }: { from?: Day | null | undefined; to?: Day | null | undefined },
  only: Partial<AccountFilter> = {},
): Promise<TrialBalanceRow[]> {
  const { account = null, currency = null, owner = null } = only
  const { rows } = await sql<TrialBalanceRow>`
    with closed as (select through from ledger_closed),
    recent as (
      select e.account_id,
        sum(e.amount_minor) filter (where e.direction = 'debit') as debit,
        sum(e.amount_minor) filter (where e.direction = 'credit') as credit
      from ledger_tx t join ledger_entry e on e.tx_id = t.id
      where t.ts >= (select case when through = '-infinity' then '-infinity'
                                 else (through + 1)::timestamp at time zone 'utc' end from closed)
        and (${from}::date is null or t.ts >= ${from}::date::timestamp at time zone 'utc')
        and (${to}::date is null or t.ts < (${to}::date + 1)::timestamp at time zone 'utc')
      group by e.account_id
    ), part as (
      select account_id, debit, credit from recent
      union all
      select account_id, debit_minor, credit_minor from ledger_day
      where (${from}::date is null or day >= ${from}::date) and (${to}::date is null or day <= ${to}::date)
    )
    select a.code as account, a.type, a.currency,
           coalesce(sum(p.debit), 0)::bigint as debit_minor, coalesce(sum(p.credit), 0)::bigint as credit_minor
    from part p join ledger_account a on a.id = p.account_id
    where (${account}::text is null or a.code = ${account}) and (${currency}::text is null or a.currency = ${currency})
      and (${owner}::text is null or a.owner = ${owner})
    group by a.code, a.type, a.currency order by a.currency, a.code`.execute(db)
  return rows
}

/** What an account holds: debits over credits for assets and expenses, the other way round for the rest. */
export function balanceOf(type: AccountType, { debit_minor, credit_minor }: Sums): number {
  return type === 'asset' || type === 'expense' ? debit_minor - credit_minor : credit_minor - debit_minor
}

function startOf(day: Day): Date {
  return new Date(`${day}T00:00:00Z`)
}
