import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { domainDatabase, startFleet, type TestFleet } from '@backroom/fleet-testing'
import pg from 'pg'

describe('npm run seed', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ ownPostgres: true })
  })
  after(() => fleet.stop())

  const seed = (...args: string[]) => run('seed', args, { BACKROOM_DATA: fleet.data, DATABASE_URL: '' })
  const query = async (schema: string, statement: string) => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl(schema), options: `-c search_path=${schema}` })
    await client.connect()
    try {
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  }
  const requireBalancedBooks = async () => {
    const { code, output } = await run('reconcile', [], { BACKROOM_DATA: fleet.data, DATABASE_URL: '' })
    assert.equal(code, 0, output)
  }

  it('fills every schema with the same orders, and the books agree', async () => {
    const { code, output } = await seed('--skus', '60', '--orders', '90')
    assert.equal(code, 0, output)
    assert.match(output, /60 SKUs and 90 orders are there/)
    await requireBalancedBooks()
    const orders = await query(
      'oms',
      `select id, checkout_id, grand_minor, payment_id from orders where number like '%-B%'`,
    )
    const payments = await query(
      'payments',
      `select order_ref as id, checkout_id, amount_minor as grand_minor, id as payment_id
      from payment_intent where order_ref in (${orders.map(({ id }) => `'${id}'`)})`,
    )
    assert.equal(orders.length, 90)
    assert.deepEqual(payments.sort(byId), orders.sort(byId))
    const sold = await query('oms', `select order_id, sku, qty_shipped as qty from order_line where sku like 'SKU-%'`)
    const shipped = await query('wms', `select order_ref as order_id, sku, qty from reservation where sku like 'SKU-%'`)
    assert.deepEqual(shipped.sort(byLine), sold.sort(byLine))
    for (const [schema, source] of [
      ['rma', 'rma'],
      ['claims', 'claim'],
    ] as const) {
      const drawn = await query(
        'oms',
        `select source_id as number, order_line_id, minor::int from entitlement_draw
         where source = '${source}' and source_id like '%-B%' order by 1`,
      )
      const [head, line, money] = {
        rma: ['rma', 'rma_id', 'drawn_minor'],
        claims: ['claim', 'claim_id', 'requested_minor'],
      }[schema]
      const known = await query(
        schema,
        `select h.number, l.order_line_id, l.${money}::int as minor from ${head} h join ${head}_line l on l.${line} = h.id
         where h.number like '%-B%' order by 1`,
      )
      assert.ok(known.length > 0)
      assert.deepEqual(known, drawn)
    }
    const titles = await query('oms', `select distinct product_id, title from order_line where sku like 'SKU-%'`)
    const names = await query('catshop', `select product_id, name as title from product where legacy_no > 1000000`)
    for (const title of titles)
      assert.ok(names.some((name) => name.title === title.title && name.product_id === title.product_id))
  })

  it('adds what is missing when it is run again, and nothing twice', async () => {
    const again = await seed('--skus', '60', '--orders', '90')
    assert.equal(again.code, 0, again.output)
    const more = await seed('--skus', '100', '--orders', '150', '--warehouses', '4')
    assert.equal(more.code, 0, more.output)
    assert.deepEqual(await query('oms', `select count(*)::int from orders where number like '%-B%'`), [{ count: 150 }])
    assert.deepEqual(await query('catshop', `select count(*)::int from product where legacy_no > 1000000`), [
      { count: 100 },
    ])
    const places = `select warehouse_id, count(*)::int from stock_balance where sku like 'SKU-%' group by 1 order by 1`
    assert.deepEqual(await query('wms', places), [
      { warehouse_id: 'WH-1', count: 100 },
      { warehouse_id: 'WH-2', count: 100 },
      { warehouse_id: 'WH-3', count: 100 },
      { warehouse_id: 'WH-4', count: 40 },
    ])
    await requireBalancedBooks()
  })

  it('leaves goods that the shop sells', async () => {
    const token = await fleet.token('demo3@example.com', 'catshop', 'catshop:read catshop:write')
    const answer = await fetch(`${fleet.publicUrl}/catshop/tools/order_product`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ product_id: 'prod-b0000002a' }),
    })
    const order = (await answer.json()) as { number: string }
    assert.equal(answer.status, 200, JSON.stringify(order))
    assert.match(order.number, /^ORD-/)
    await requireBalancedBooks()
  })

  it('says what is wrong with its arguments', async () => {
    const nothing = await seed()
    assert.equal(nothing.code, 1)
    assert.match(nothing.output, /nothing to seed.*Usage: npm run seed/)
    assert.match((await seed('--skus', 'many')).output, /--skus must be a whole number/)
    assert.match((await seed('--orders', '5')).output, /--skus must be at least 10/)
  })
})

it('npm run seed stays away from a database without demo data', async () => {
  const database = await domainDatabase('catshop')
  const { code, output } = await run('seed', ['--skus', '10'], { DATABASE_URL: database.ownerUrl })
  await database.drop()
  assert.equal(code, 1)
  assert.match(output, /no demo data of catshop.*npm start/)
})

async function run(name: 'seed' | 'reconcile', args: string[], environment: Record<string, string>) {
  const command = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...environment } })
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, output: out + err }
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}

function byLine(a: { order_id: string; sku: string }, b: { order_id: string; sku: string }): number {
  return `${a.order_id} ${a.sku}` < `${b.order_id} ${b.sku}` ? -1 : 1
}
