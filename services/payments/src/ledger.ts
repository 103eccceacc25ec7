import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { AccountType, Direction, Tables } from './database-tables.ts'

/** The chart of accounts. */
export const accountTypes = {
  psp_clearing: 'asset',
  dispute_reserve: 'asset',
  hold_reserve: 'asset',
  customer_funds: 'liability',
  tax_payable: 'liability',
  store_credit_liability: 'liability',
  sales_revenue: 'income',
  shipping_revenue: 'income',
  claims_recovery: 'income',
  refunds: 'expense',
  psp_fees: 'expense',
  write_offs: 'expense',
  rounding: 'expense',
} as const satisfies Record<string, AccountType>

export type AccountCode = keyof typeof accountTypes
export const accountCodes = Object.keys(accountTypes) as [AccountCode, ...AccountCode[]]

export interface Posting {
  account: AccountCode
  /** Customer whose account it is, for store credit. */
  owner?: string | undefined
  direction: Direction
  /** Minor units; entries of 0 are left out. */
  amount: number
  currency: string
}

export interface LedgerTransaction {
  kind: string
  /** What it is for, such as the id of a capture. */
  cause: string
  /** Unique for ever: the same happening is never booked twice. */
  externalRef?: string | undefined
  /** Default: now. */
  at?: Date
  postings: readonly Posting[]
}

/**
 * Books one transaction. The database refuses it at commit when debits and credits differ.
 *
 * @returns its id
 */
export async function post(db: Kysely<Tables>, transaction: LedgerTransaction): Promise<string> {
  const id = `ltx_${ulid()}`
  const entries = transaction.postings
    .filter(({ amount }) => amount !== 0)
    .map(({ account, owner, direction, amount, currency }) => ({
      account_id: accountId(account, currency, owner),
      code: account,
      type: accountTypes[account],
      owner: owner ?? null,
      direction,
      amount_minor: amount,
      currency,
    }))
  await sql`
    with entry as (
      select * from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        as e (account_id text, code text, type text, owner text, direction text, amount_minor bigint, currency text)
    ), account as (
      insert into ledger_account (id, code, type, currency, owner)
      select distinct account_id, code, type, currency, owner from entry order by account_id
      on conflict do nothing
    ), tx as (
      insert into ledger_tx (id, ts, kind, cause, external_ref)
      values (${id}, coalesce(${transaction.at ?? null}, now()), ${transaction.kind}, ${transaction.cause},
              ${transaction.externalRef ?? null})
      returning ts
    )
    insert into ledger_entry (tx_id, ts, account_id, currency, direction, amount_minor)
    select ${id}, ts, account_id, currency, direction, amount_minor from tx, entry`.execute(db)
  return id
}

/** Books the opposite of what was booked under a reference; the reference of the reversal is `<reference>:reversal`. */
export async function reverse(db: Kysely<Tables>, externalRef: string, kind: string): Promise<string> {
  const entries = await db
    .selectFrom('ledger_tx as t')
    .innerJoin('ledger_entry as e', 'e.tx_id', 't.id')
    .innerJoin('ledger_account as a', 'a.id', 'e.account_id')
    .select(['a.code', 'a.owner', 'e.direction', 'e.amount_minor', 'e.currency'])
    .where('t.external_ref', '=', externalRef)
    .execute()
  const postings = entries.map(
    ({ code, owner, direction, amount_minor, currency }): Posting => ({
      account: code as AccountCode,
      owner: owner ?? undefined,
      direction: direction === 'debit' ? 'credit' : 'debit',
      amount: amount_minor,
      currency,
    }),
  )
  return post(db, { kind, cause: externalRef, externalRef: `${externalRef}:reversal`, postings })
}

/** Money of one currency from one account to another. */
export function transfer(debit: AccountCode, credit: AccountCode, amount: number, currency: string): Posting[] {
  return [
    { account: debit, direction: 'debit', amount, currency },
    { account: credit, direction: 'credit', amount, currency },
  ]
}

/** Id of an account: code and currency, and the customer for store credit. */
export function accountId(code: AccountCode, currency: string, owner?: string): string {
  return owner === undefined ? `${code}/${currency}` : `${code}/${currency}/${owner}`
}

/**
 * Corrects the books by hand.
 *
 * @throws {BusinessError} invalid_argument when debits and credits differ in a currency
 */
export async function postAdjustment(
  db: Kysely<Tables>,
  { postings, reason, actor }: { postings: readonly Posting[]; reason: string; actor: string },
): Promise<string> {
  for (const [currency, group] of Map.groupBy(postings, (posting) => posting.currency)) {
    const debits = sumOf(group, 'debit')
    const credits = sumOf(group, 'credit')
    if (debits === credits) continue
    throw new BusinessError(
      'invalid_argument',
      `Debits of ${debits} and credits of ${credits} minor units ${currency} differ; they must be equal.`,
      { details: { currency, debits_minor: debits, credits_minor: credits } },
    )
  }
  const owned = postings.find(({ account }) => account === 'store_credit_liability')
  if (owned)
    throw new BusinessError('invalid_argument', 'Store credit is not booked by hand: use issue_store_credit.', {
      nextActions: [{ tool: 'issue_store_credit' }],
    })
  return post(db, { kind: 'adjustment', cause: `${actor}: ${reason}`, postings })
}

function sumOf(postings: readonly Posting[], direction: Direction): number {
  return postings.filter((posting) => posting.direction === direction).reduce((sum, { amount }) => sum + amount, 0)
}
