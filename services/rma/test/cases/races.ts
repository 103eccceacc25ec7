import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { eventually } from '../returns.ts'
import { allIsRight, oneLine, returns } from './server.ts'

/** Units and minor units that returns in force hold of a line, as they know it themselves. */
async function held(orderLineId: string): Promise<[number, number]> {
  const rows = await returns.db
    .selectFrom('rma_line')
    .innerJoin('rma', 'rma.id', 'rma_line.rma_id')
    .select(['drawn_qty', 'drawn_minor'])
    .where('order_line_id', '=', orderLineId)
    .where('status', 'not in', ['cancelled', 'rejected', 'expired'])
    .execute()
  return [
    rows.reduce((sum, { drawn_qty }) => sum + drawn_qty, 0),
    rows.reduce((sum, { drawn_minor }) => sum + drawn_minor, 0),
  ]
}

const agree = (line: string) =>
  eventually(
    async () => ({ orders: await returns.taken(line), returns: await held(line) }),
    (both) => both.orders.join() === both.returns.join(),
    'agreement about what is taken',
  )

describe('many at once', { concurrency: 3 }, () => {
  it('never return more than was delivered', async () => {
    const order = await returns.sold([{ sku: 'KIT-1', qty: 6, paidMinor: 6_005, delivered: 4 }])
    const line = order.lines[0]?.order_line_id ?? ''
    const wish = { order_id: order.orderId, lines: [{ order_line_id: line, qty: 1 }] }
    const answers = await Promise.all(Array.from({ length: 8 }, () => returns.clerk.once('create_rma', wish)))
    const refused = answers.filter(({ status }) => status !== 200)
    assert.equal(refused.length, 4)
    for (const { body } of refused) assert.equal(body.code, 'limit_exceeded', JSON.stringify(body))
    assert.deepEqual(await returns.taken(line), [4, 4_000])
    await agree(line)
  })

  it('give back what they drew when another was first', async () => {
    const order = await returns.sold([
      { sku: 'KIT-1', qty: 1, paidMinor: 500 },
      { sku: 'KIT-2', qty: 1, paidMinor: 700 },
    ])
    const both = order.lines.map(({ order_line_id }) => ({ order_line_id, qty: 1 }))
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        returns.clerk.once('create_rma', {
          order_id: order.orderId,
          lines: index % 2 === 0 ? both : both.toReversed(),
        }),
      ),
    )
    const opened = answers.filter(({ status }) => status === 200).length
    assert.ok(opened <= 1, `${opened} returns of the same units`)
    for (const { order_line_id } of order.lines) await agree(order_line_id)
  })

  it('with one key are one return', async () => {
    const order = await oneLine('KIT-1', 3, 900)
    const wish = { order_id: order.orderId, idempotency_key: `one-${order.orderId}` }
    const answers = await Promise.all(Array.from({ length: 5 }, () => returns.clerk.call('create_rma', wish)))
    const last = await returns.clerk.call('create_rma', wish)
    const numbers = new Set(
      [...answers, last].filter(({ status }) => status === 200).map(({ body }) => body.rma_number),
    )
    assert.equal(numbers.size, 1)
    assert.deepEqual(await returns.taken(order.line), [3, 900])
    const other = await returns.clerk.call('create_rma', { ...wish, reason: 'recall' })
    assert.equal(other.body.code, 'idempotency_conflict')
    assert.equal(
      (await returns.clerk.call('create_rma', { order_id: order.orderId })).body.code,
      'idempotency_key_required',
    )
  })

  it('of receipts and inspections book what there is, and no more', async () => {
    const order = await oneLine('KIT-1', 4, 403)
    const { rma_number, lines } = await returns.authorised(order, 4)
    const [{ rma_line_id: line }] = lines
    const arrive = { rma_number, lines: [{ line, qty: 1 }] }
    const arrivals = await Promise.all(Array.from({ length: 6 }, () => returns.clerk.once('receive_return', arrive)))
    assert.equal(arrivals.filter(({ status }) => status === 200).length, 4)
    const look = { rma_number, line, qty: 1, grade: 'A' }
    const looks = await Promise.all(Array.from({ length: 6 }, () => returns.clerk.once('inspect_return', look)))
    assert.equal(looks.filter(({ status }) => status === 200).length, 4)
    const away = { rma_line_id: line, disposition: 'restock', qty: 1 }
    const gone = await Promise.all(Array.from({ length: 6 }, () => returns.clerk.once('set_disposition', away)))
    assert.equal(gone.filter(({ status }) => status === 200).length, 4, JSON.stringify(gone.map(({ body }) => body)))
    const { body } = await returns.clerk.call('get_return', { rma_number })
    assert.deepEqual([body.status, body.money.ceiling_minor], ['inspected', 403])
    await allIsRight()
  })

  it('in any order, of any amounts, leave units and money right', async () => {
    const act = fc.record({
      qty: fc.integer({ min: 1, max: 3 }),
      accepted: fc.integer({ min: 0, max: 3 }),
      end: fc.constantFrom('cancel' as const, 'wait' as const, 'resolve' as const, 'resolve' as const),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9_999 }),
        async (acts, qty, paidMinor) => {
          const order = await oneLine('KIT-1', qty, paidMinor)
          await Promise.all(acts.map((each) => play(order, each)))
          await agree(order.line)
          const [units, minor] = await returns.taken(order.line)
          assert.ok((units ?? 0) <= qty && (minor ?? 0) <= paidMinor)
          if (units === qty) assert.equal(minor, paidMinor)
          await allIsRight()
        },
      ),
      { numRuns: 4 },
    )
  })
})

interface Act {
  qty: number
  accepted: number
  end: 'cancel' | 'wait' | 'resolve'
}

/** One customer's return, as far as it goes; what others took first may stop it. */
async function play(order: Awaited<ReturnType<typeof oneLine>>, { qty, accepted, end }: Act): Promise<void> {
  const lines = [{ order_line_id: order.line, qty, reason: 'defective' }]
  const { status, body } = await returns.clerk.once('create_rma', { order_id: order.orderId, lines })
  if (status !== 200) return assert.equal(body.code, 'limit_exceeded', JSON.stringify(body))
  const { rma_number } = body
  if (end === 'wait') return
  if (end === 'cancel') return void (await returns.done('cancel_rma', { rma_number, reason: 'Changed plans' }))
  const [{ rma_line_id: line }] = body.lines
  await returns.done('receive_return', { rma_number, lines: [{ line, qty }] })
  const good = Math.min(qty, Math.max(1, accepted))
  await returns.done('inspect_return', { rma_number, line, qty: good, grade: 'A' })
  if (good < qty) return
  const { money } = (await returns.clerk.call('get_return', { rma_number })).body
  assert.equal(money.ceiling_minor, body.lines[0].paid_minor)
  const answer = returns.clerk.call('resolve_return', { rma_number, kind: 'refund' })
  await returns.record(rma_number, (await returns.pending(rma_number)).resolution_id)
  assert.equal((await answer).body.resolution.amount_minor, money.ceiling_minor)
}
