import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFleet } from '@backroom/fleet-testing'
import { insisting, type Outcome } from '../src/chaos/insist.ts'
import { openAccounts, signInAll } from '../src/retail/crowd.ts'
import { busyFleet, openRetail, orderToCash, type Retail } from '../src/retail/retail.ts'
import { leaveForSale } from '../src/retail/stock.ts'

/** `BUYERS=1000` runs the figure of a night: a thousand buyers for a hundred units of ten SKUs. */
const BUYERS = Number(process.env.BUYERS ?? 100)
const SKUS = BUYERS >= 100 ? 10 : 4
const UNITS_EACH = BUYERS >= 100 ? Math.floor(BUYERS / 100) : 2

interface Offer {
  product: number
  sku: string
}

describe(`${BUYERS} buyers for ${SKUS * UNITS_EACH} units of ${SKUS} SKUs`, () => {
  let retail: Retail
  let offers: Offer[]
  let buyers: string[]
  before(async () => {
    // All sign in from one address.
    const environment = { ...busyFleet, RATE_LIMIT_FACTOR: '100000' }
    retail = openRetail(await startFleet({ only: orderToCash, environment }))
    offers = await inStock(retail)
    for (const { sku } of offers) await leaveForSale(retail, sku, UNITS_EACH)
    buyers = await openAccounts(retail, BUYERS)
    await signInAll(retail, buyers)
  })
  after(async () => {
    await retail?.close()
    await retail?.fleet.stop()
  })

  test('every unit is sold once, everybody else is told so, and nobody pays without an order', async (t) => {
    const insist = insisting(retail)
    const began = Date.now()
    const outcomes = await Promise.all(
      buyers.map(async (who, index): Promise<[string, Outcome]> => {
        const { product, sku } = offers[index % offers.length] as Offer
        const args = { product_id: product, quantity: 1 }
        return [sku, await insist({ domain: 'catshop', tool: 'order_product', args, who, key: `last-unit-${who}` })]
      }),
    )
    t.diagnostic(`${Date.now() - began} ms; repeated calls: ${JSON.stringify([...insist.interruptions])}`)
    for (const { sku } of offers) {
      const sold = outcomes.filter(([of, outcome]) => of === sku && outcome.done)
      assert.equal(sold.length, UNITS_EACH, `units of ${sku} sold`)
    }
    const refusals = outcomes.flatMap(([, outcome]) => (outcome.done ? [] : [outcome]))
    assert.equal(refusals.length, BUYERS - SKUS * UNITS_EACH)
    for (const { code, message } of refusals) {
      assert.equal(code, 'insufficient_stock', message)
      assert.match(message, /Nothing was ordered or charged/)
    }
    assert.deepEqual(await retail.differences(), [])
    const [paid] = await retail.rows<{ orders: number; payments: number }>(
      'payments',
      `select count(distinct order_ref)::int as orders, count(*)::int as payments from payment_intent
       where customer_id like 'cust-crowd-%' and status = 'authorized'`,
    )
    assert.deepEqual(paid, { orders: SKUS * UNITS_EACH, payments: SKUS * UNITS_EACH })
  })
})

/** Products at moderate prices of which there are enough units. */
async function inStock({ rows }: Retail): Promise<Offer[]> {
  const enough = await rows<{ sku: string }>(
    'wms',
    'select sku from stock_balance group by sku having sum(available) >= $1',
    [UNITS_EACH],
  )
  const offers = await rows<Offer>(
    'catshop',
    `select p.legacy_no as product, v.sku from product p join variant v using (product_id)
     where p.active and p.price_minor < 20000 and v.sku = any($1) order by v.sku limit $2`,
    [enough.map(({ sku }) => sku), SKUS],
  )
  assert.equal(offers.length, SKUS)
  return offers
}
