import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, shop } from './shop.ts'

describe('a checkout that comes to nothing', () => {
  const refusals = [
    ['pm_sim_declined', 'payment_declined', 'card_declined'],
    ['pm_sim_insufficient_funds', 'payment_declined', 'insufficient_funds'],
  ] as const
  for (const [method, reason, code] of refusals)
    it(`charges and keeps nothing when the bank says ${code}`, async () => {
      const line = await lineOf(1)
      const before = await available(line.sku)
      const { status, body } = await shop.checkout([line], { method })
      assert.equal(status, 409)
      assert.equal(body.details.reason, reason)
      assert.equal(body.details.decline_code, code)
      assert.equal(await available(line.sku), before)
    })

  it('says what is missing when one line is out of stock, and keeps nothing of the others', async () => {
    const [there, missing] = [await lineOf(1), await lineOf(1)]
    const before = await available(there.sku)
    const { body } = await shop.checkout([there, { ...missing, qty: 900_000 }])
    assert.equal(body.code, 'insufficient_stock')
    const short = body.details.lines.find(({ sku }: { sku: string }) => sku === missing.sku)
    assert.equal(short.available, await available(missing.sku))
    assert.equal(await available(there.sku), before)
  })

  it('gives up a payment that its customer never confirms', async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const checkoutId = `chk_abandoned${Date.now()}`
    const first = await shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' })
    assert.equal(first.body.status, 'requires_action')
    const last = await eventually(
      () => shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' }),
      ({ status }) => status !== 200,
      'the end of the checkout',
    )
    assert.equal(last.body.details.reason, 'checkout_expired')
    assert.equal(await available(line.sku), before)
    await shop.confirm(first.body.action_url, 'approve').catch(() => undefined)
    const [payment] = await shop.database<{ captured_minor: string; status: string }>(
      'payments',
      'select status, captured_minor from payment_intent where checkout_id = $1',
      [checkoutId],
    )
    assert.equal(Number(payment?.captured_minor), 0)
    assert.equal(payment?.status, 'voided')
  })
})
