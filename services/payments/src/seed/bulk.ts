import { type Bulk, type BulkPart, createBulkOrders } from '@backroom/demo-data/bulk'
import { type AccountCode, accountId, accountTypes } from '../ledger.ts'
import type { ProviderName } from '../provider/provider.ts'

const CURRENCY = 'USD'
/** Not the one of the demo, whose own books know nothing of these payments. */
const PROVIDER: ProviderName = 'stripe'

/** What a capture credits, as `captured` books it, and the column of the order that holds the amount. */
const credits: readonly [AccountCode, string][] = [
  ['sales_revenue', 'subtotal_minor'],
  ['shipping_revenue', 'shipping_minor'],
  ['tax_payable', 'tax_minor'],
]

const payments: BulkPart = {
  name: 'payments.orders',
  of: 'orders',
  async fill(connection, range, terms) {
    await connection.query(`select close_ledger_days(date '${terms.anchor}' - 1)`)
    await createBulkOrders(connection, range, terms)
    await connection.query(`
      insert into payment_intent (id, checkout_id, order_ref, customer_id, currency, amount_minor, shipping_minor, tax_minor,
        method, capture_method, provider, status, authorized_minor, captured_minor, order_confirmed_at, created_at)
      select payment_id, checkout_id, order_id, pg_temp.customer_id(customer), '${CURRENCY}', grand_minor, shipping_minor,
        tax_minor, 'pm_sim_visa', 'multiple', '${PROVIDER}', 'captured', grand_minor, grand_minor, placed_at, placed_at
      from bulk_order order by n desc`)
    await connection.query(`
      insert into "authorization" (id, intent_id, provider_ref, amount_minor, status, capture_before, requested_at, decided_at)
      select 'aut_' || suffix, payment_id, 'pi_' || suffix, grand_minor, 'authorized', placed_at + interval '7 days',
        placed_at, placed_at
      from bulk_order order by n desc`)
    await connection.query(`
      insert into operation (id, kind, intent_id, amount_minor, currency, status, source, source_id, reason, final,
        provider_ref, requested_by, requested_at, ended_at)
      select 'cap_' || suffix, 'capture', payment_id, grand_minor, '${CURRENCY}', 'succeeded', 'shipment', shipment_ref,
        'Shipment ' || shipment_ref, true, 'op_cap_' || suffix, 'oms', shipped_at, shipped_at
      from bulk_order order by n desc`)
    await connection.query(`
      insert into risk_assessment (intent_id, score, level, rules, assessed_at)
      select payment_id, 0, 'low', '[]', placed_at from bulk_order order by n desc`)
    await connection.query(ledger)
    await connection.query(closedDays)
  },
}

const account = (code: AccountCode) => `'${accountId(code, CURRENCY)}'`
const accountRows = (['psp_clearing', ...credits.map(([code]) => code)] as AccountCode[]).map(
  (code) => `(${account(code)}, '${code}', '${accountTypes[code]}', '${CURRENCY}')`,
)
const creditRows = credits.map(([code, column]) => `(${account(code)}, 'credit', ${column})`)

/** A capture of the whole amount, as every capture is booked. */
const ledger = `
  insert into ledger_account (id, code, type, currency) values ${accountRows.join(', ')} on conflict do nothing;
  insert into ledger_tx (id, ts, kind, cause, external_ref)
  select 'ltx_' || suffix, shipped_at, 'capture', 'cap_' || suffix, 'cap_' || suffix from bulk_order order by n desc;
  insert into ledger_entry (tx_id, ts, account_id, currency, direction, amount_minor)
  select 'ltx_' || suffix, shipped_at, e.account_id, '${CURRENCY}', e.direction, e.amount
  from bulk_order, lateral (values (${account('psp_clearing')}, 'debit', grand_minor), ${creditRows.join(', ')})
    as e (account_id, direction, amount)
  where e.amount > 0 order by n desc`

/** The days of bulk orders are over, so their sums are kept as those of every day that is closed. */
const closedDays = `
  insert into ledger_day as d (account_id, day, debit_minor, credit_minor)
  select e.account_id, (t.ts at time zone 'utc')::date as day,
    coalesce(sum(e.amount_minor) filter (where e.direction = 'debit'), 0),
    coalesce(sum(e.amount_minor) filter (where e.direction = 'credit'), 0)
  from bulk_order o join ledger_tx t on t.id = 'ltx_' || o.suffix join ledger_entry e on e.tx_id = t.id
  where (t.ts at time zone 'utc')::date <= (select through from ledger_closed for share)
  group by e.account_id, day
  on conflict (account_id, day) do update
    set debit_minor = d.debit_minor + excluded.debit_minor, credit_minor = d.credit_minor + excluded.credit_minor`

/** Bulk orders are paid: authorised and captured. The provider in use knows nothing of them, so none can be refunded. */
export const bulk: Bulk = {
  parts: [payments],
  tables: [
    'payment_intent',
    '"authorization"',
    'operation',
    'risk_assessment',
    'ledger_tx',
    'ledger_entry',
    'ledger_day',
  ],
}
