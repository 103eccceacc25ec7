import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readState } from '@backroom/fleet'
import { addressesOfFleet, type CheckResult, differencesIn, reconcile } from '@backroom/fleet/reconciliation'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import pg from 'pg'

const PSP_OFFSET = 110

type Domain = 'wms' | 'oms' | 'rma' | 'claims' | 'payments' | 'catshop'

/** Something that is made wrong in one book, and what is then named: the check, and a part of the difference. */
interface Fault {
  what: string
  make(): Promise<unknown>
  check: RegExp
  named: RegExp
}

describe('reconcile', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ environment: { LOG_LEVEL: 'error' } })
  })
  after(() => fleet?.stop())

  const look = (): Promise<CheckResult[]> => {
    const state = readState(fleet.data)?.state
    assert.ok(state)
    return reconcile(addressesOfFleet(state))
  }

  const run = async (domain: Domain, statement: string) => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl(domain), options: `-c search_path=${domain}` })
    await client.connect()
    try {
      const { rowCount } = await client.query(statement)
      assert.ok(rowCount, `nothing matches: ${statement}`)
    } finally {
      await client.end()
    }
  }

  const charge = async (intent_id: string, key: string) => {
    const secret = (await readFile(join(fleet.data, 'keys', 'psp-secret'), 'utf8')).trim()
    const wish = { intent_id, order_ref: 'ord_made_up', customer_id: 'cust-001', method: 'pm_sim_visa' }
    const response = await fetch(`http://127.0.0.1:${fleet.port + PSP_OFFSET}/authorizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ ...wish, amount_minor: 1234, currency: 'USD' }),
    })
    assert.equal(response.status, 200)
  }

  /** `npm run reconcile` on this fleet. */
  const command = (): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const entry = fileURLToPath(new URL('../src/reconcile.ts', import.meta.url))
      const env = { ...process.env, BACKROOM_DATA: fleet.data, DATABASE_URL: '', NO_COLOR: '1' }
      execFile(process.execPath, [entry], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      )
    })

  const faults: Fault[] = [
    {
      what: 'a unit that no movement brought',
      make: () =>
        run('wms', `update stock_balance set on_hand = on_hand + 1 where sku = 'CAT-1001' and warehouse_id = 'WH-1'`),
      check: /^stock/,
      named: /CAT-1001 in WH-1: on_hand/,
    },
    {
      what: 'a payment that counts more than was captured',
      make: () =>
        run(
          'payments',
          `update payment_intent set captured_minor = captured_minor - 1, voided_minor = voided_minor + 1
           where id = (select intent_id from operation where kind = 'capture' order by id limit 1)`,
        ),
      check: /^money/,
      named: /payment pay_\w+: captured/,
    },
    {
      what: 'an order that says another status than its shipments',
      make: () =>
        run(
          'oms',
          `update orders set fulfillment_status = 'failed'
           where id = (select id from orders where status = 'processing' order by id limit 1)`,
        ),
      check: /^orders: status/,
      named: /fulfillment_status: \w+ by its rows, failed on the order/,
    },
    {
      what: 'demand of nobody',
      make: () =>
        run(
          'oms',
          `insert into demand_delta (sku, region, warehouse, day, qty, orders) values ('CAT-1002', 'east', 'WH-1', current_date, 7, 1)`,
        ),
      check: /^orders: demand/,
      named: /CAT-1002 on .*7 counted/,
    },
    {
      what: 'a fact that is parked',
      make: () =>
        run(
          'oms',
          `insert into fact (id, source, type, subject, order_id, occurred_at, data, state)
           values ('fact_made_up', 'inventory', 'stock.shipped.v1', 'x', 'ord_made_up', now(), '{}', 'parked')`,
        ),
      check: /^orders: facts/,
      named: /fact_made_up: stock.shipped.v1/,
    },
    {
      what: 'a refund whose end nobody knows',
      make: () =>
        run(
          'payments',
          `insert into operation (id, kind, intent_id, amount_minor, currency, status, source, source_id, reason, requested_by, requested_at)
           select 'ref_made_up', 'refund', intent_id, 1, 'USD', 'unknown', 'manual', 'made up', 'x', 'x', now() - interval '1 hour'
           from operation where kind = 'capture' order by id desc limit 1`,
        ),
      check: /unknown end/,
      named: /refund ref_made_up/,
    },
    {
      what: 'stock that is allocated to no order',
      make: () =>
        run(
          'wms',
          `insert into reservation (id, order_ref, sku, warehouse_id, qty, state) values ('res_made_up', 'ord_made_up', 'CAT-1003', 'WH-1', 2, 'allocated')`,
        ),
      check: /^orders against stock/,
      named: /ord_made_up: inventory has 2 × CAT-1003 allocated/,
    },
    {
      what: 'an order that counts units as to be sent which inventory does not keep',
      make: () =>
        run(
          'wms',
          `update reservation set state = 'released' where id = (
             select id from reservation where state = 'allocated' and order_ref like 'ord_%' and id <> 'res_made_up' order by id limit 1)`,
        ),
      check: /^orders against stock/,
      named: /order ORD-\S+ \(ord_\w+\): to_send/,
    },
    {
      what: 'money for an order that does not exist',
      make: () =>
        run(
          'payments',
          `update payment_intent set order_ref = 'ord_nowhere'
           where id = (select id from payment_intent where status = 'authorized' order by id limit 1)`,
        ),
      check: /^orders against payments/,
      named: /holds .* for order ord_nowhere, which does not exist/,
    },
    {
      what: 'an order whose payment is gone',
      make: async () => undefined,
      check: /^orders against payments/,
      named: /payment: orders says pay_\w+, payments says none/,
    },
    {
      what: 'money given back for nothing, and a cancellation without its money',
      make: () =>
        run(
          'payments',
          `update operation set source_id = 'chg_made_up'
           where id = (select id from operation where kind = 'void' and source = 'cancel' order by id limit 1)`,
        ),
      check: /^entitlements/,
      named: /cancel chg_made_up: 0 drawn/,
    },
    {
      what: 'a charge at the provider that payments does not know',
      make: () => charge('pay_made_up', 'key_1'),
      check: /provider/,
      named: /unknown here: pay_made_up/,
    },
    {
      what: 'a payment that the provider charged twice',
      make: () => charge('pay_made_up', 'key_2'),
      check: /provider/,
      named: /charged twice: pay_made_up/,
    },
    {
      what: 'a capture that the provider does not know',
      make: () =>
        run(
          'payments',
          `insert into operation (id, kind, intent_id, amount_minor, currency, status, source, source_id, reason, requested_by, ended_at)
           select 'cap_made_up', 'capture', intent_id, 1, 'USD', 'succeeded', 'shipment', 'made up', 'x', 'x', now() - interval '1 minute'
           from operation where kind = 'capture' order by id desc limit 1`,
        ),
      check: /provider/,
      named: /unknown there: cap_made_up/,
    },
    {
      what: 'a capture of another amount',
      make: () =>
        run(
          'payments',
          `update operation set amount_minor = amount_minor + 1
           where id = (select id from operation where kind = 'capture' and id <> 'cap_made_up' order by id desc limit 1)`,
        ),
      check: /provider/,
      named: /amount: cap_\w+/,
    },
    {
      what: 'an order that the shop told its customer of and that does not exist',
      make: () =>
        run(
          'catshop',
          `update checkout_session set order_ref = 'ord_told', checkout_id = 'chk_told'
           where checkout_id = (select checkout_id from checkout_session where status = 'completed' order by 1 limit 1)`,
        ),
      check: /^checkouts of the shop/,
      named: /chk_told: the shop says it became order ord_told/,
    },
    {
      what: 'a return that has received less than its receipts say',
      make: () =>
        run(
          'rma',
          `update rma_line set qty_received = qty_received - 1
           where id = (select id from rma_line where qty_received > 0 order by id limit 1)`,
        ),
      check: /^returns: units/,
      named: /return rln_\w+: received: the return says \d+/,
    },
    {
      what: 'units that orders keeps for a return of nobody',
      make: () =>
        run(
          'oms',
          `update entitlement_draw set source_id = 'RMA-0'
           where id = (select id from entitlement_draw where source = 'rma' and state = 'held' order by id limit 1)`,
        ),
      check: /^returns against orders: units/,
      named: /return RMA-0: line oln_\w+: needs nothing, orders keeps \d/,
    },
    {
      what: 'a return whose units orders does not keep',
      make: async () => undefined,
      check: /^returns against orders: units/,
      named: /return RMA-\d{4}-\d+: line oln_\w+: needs \d, orders keeps nothing/,
    },
    {
      what: 'money that was given for a return without a resolution',
      make: () =>
        run(
          'oms',
          `insert into compensation (source, source_id, order_line_id, kind, number, order_id, paid_order_id, draw_id, qty, minor)
           select source, 'res_made_up', order_line_id, 'refund', source_id, order_id, order_id, id, 0, 5
           from entitlement_draw where source = 'rma' order by id limit 1`,
        ),
      check: /^returns against orders: what was given/,
      named: /resolution res_made_up: nobody says 0, orders has given 5/,
    },
    {
      what: 'a claim that is approved for more than its lines',
      make: () => run('claims', `update claim set approved_minor = approved_minor - 1 where status = 'approved'`),
      check: /^claims: status/,
      named: /claim CLM-\d{4}-\d+: approved: \d+ by its records/,
    },
    {
      what: 'a claim that is said to be closed without a settlement',
      make: () => run('claims', `update claim set status = 'closed' where status = 'approved'`),
      check: /^claims: status/,
      named: /claim CLM-\d{4}-\d+: settlement: none by its records, closed/,
    },
    {
      what: 'a recovery whose money is not in the ledger',
      make: () =>
        run(
          'claims',
          `update recovery set status = 'closed', offered_minor = claimed_minor, paid_minor = claimed_minor,
             ledger_tx = 'tx_made_up', ended_at = now()
           where id = (select id from recovery where status = 'filed' order by id limit 1)`,
        ),
      check: /^recoveries of claims/,
      named: /recovery RCV-\S+: claims says \d+ by tx_made_up, the ledger says nothing/,
    },
    {
      what: 'a process that is parked',
      make: () =>
        run(
          'oms',
          `insert into saga (id, workflow, kind, subject, state, input, parked, started_by)
           values ('made up', 'x', 'capture', 'ord_x', 'parked', '{}', '{"reason": "no answer", "retryable": true}', 'x')`,
        ),
      check: /^processes of oms/,
      named: /capture of ord_x is parked: no answer/,
    },
    {
      what: 'a process that is past its deadline',
      make: () =>
        run(
          'wms',
          `insert into saga (id, workflow, kind, subject, input, deadline, started_by, created_at, queued)
           values ('late', 'x', 'count', 'x', '{}', now() - interval '1 hour', 'x', now(), true)`,
        ),
      check: /^processes of wms/,
      named: /count of x is overdue/,
    },
  ]

  test('finds nothing in a fleet whose books are right, and exits with 0', async () => {
    const results = await look()
    assert.deepEqual(differencesIn(results), [])
    assert.ok(results.every((result) => 'rows' in result))
    const { code, output } = await command()
    assert.equal(code, 0, output)
    assert.match(output, /The books agree/)
  })

  describe('names every kind of difference', () => {
    let found: string[] = []
    before(async () => {
      for (const { make } of faults) await make()
      found = differencesIn(await look())
    })

    for (const { what, check, named } of faults) {
      test(what, () => {
        assert.ok(
          found.some((line) => check.test(line) && named.test(line)),
          found.filter((line) => check.test(line)).join('\n') || `nothing of ${check}`,
        )
      })
    }

    test('and says what to do, with exit code 1', async () => {
      const { code, output } = await command()
      assert.equal(code, 1)
      assert.match(output, /\d+ differences/)
      assert.match(output, /release_reservation ord_made_up/)
    })
  })

  test('without the fleet and without a database it says so', async () => {
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      const entry = fileURLToPath(new URL('../src/reconcile.ts', import.meta.url))
      const env = { ...process.env, BACKROOM_DATA: join(fleet.data, 'nothing'), DATABASE_URL: '' }
      execFile(process.execPath, [entry], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      )
    })
    assert.equal(code, 1)
    assert.match(output, /npm start/)
  })
})
