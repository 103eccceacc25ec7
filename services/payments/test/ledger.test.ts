import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { domainDatabase, type TestDatabase } from '@backroom/fleet-testing'
import { exponentOf } from '@backroom/money'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { requestAuthorization, settleAuthorization } from '../src/authorization.ts'
import { requestCapture } from '../src/capture.ts'
import type { Intent, OperationRow, Tables } from '../src/database-tables.ts'
import { recordDispute } from '../src/dispute.ts'
import { reportExpiring } from '../src/expiring.ts'
import { capturable, readIntent, refundable } from '../src/intent.ts'
import { accountSums } from '../src/ledger-view.ts'
import { isUnderWay, settleOperation } from '../src/operation.ts'
import { partOf } from '../src/postings.ts'
import type { OperationOutcome } from '../src/provider/provider.ts'
import { requestRefund } from '../src/refund.ts'
import { requestVoid } from '../src/voiding.ts'

const mover = { subject: 'oms', client: 'oms', service: true }
const provider = { name: 'simulator', capabilities: { multicapture: true, partialVoid: true } } as const
const accepted = { status: 'succeeded', captureBefore: new Date(Date.now() + 6e8), risk: 'normal' } as const

describe('the books', () => {
  let database: TestDatabase
  let db: Kysely<Tables>
  let payments = 0
  before(async () => {
    database = await domainDatabase('payments')
    db = database.connect<Tables>(4).db
  })
  after(() => database.drop())

  const inTransaction = <T>(work: (db: Kysely<Tables>) => Promise<T>) => db.transaction().execute(work)
  const differences = () => db.selectFrom('ledger_differences').selectAll().execute()

  const authorized = async (amount: number, currency = 'USD', split = { shipping: 0, tax: 0 }): Promise<Intent> => {
    const name = `p${++payments}`
    const request = { checkoutId: name, orderRef: name, customerId: name, amount, currency, method: 'pm', ...split }
    return inTransaction(async (trx) => {
      const { intent, authorization } = await requestAuthorization(trx, request, { mover, provider })
      const authorizationRef = `ref-${name}`
      await settleAuthorization(trx, authorization.id, { ...accepted, authorizationRef, amountMinor: amount })
      return readIntent(trx, { payment_id: intent.id })
    })
  }

  type Step =
    | { do: 'capture' | 'void' | 'refund'; amount: number; final: boolean }
    | { do: 'settle'; pick: number; outcome: OperationOutcome['status'] }
    | { do: 'dispute'; amount: number; status: 'needs_response' | 'won' | 'lost'; again: boolean }

  const amount = fc.integer({ min: 1, max: 700 })
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('capture', 'void', 'refund'), amount, final: fc.boolean() }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('settle'),
        pick: fc.nat(9),
        outcome: fc.constantFrom('succeeded', 'failed', 'unknown', 'pending'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('dispute'),
        amount,
        status: fc.constantFrom('needs_response', 'won', 'lost'),
        again: fc.boolean(),
      }),
    },
  )

  const take = async (payment: Intent, step: Step, index: number, asked: OperationRow[]): Promise<void> => {
    const { id: paymentId } = payment
    switch (step.do) {
      case 'capture': {
        const wish = { paymentId, amount: step.amount, shipmentRef: `${paymentId}-${index}`, final: step.final }
        asked.push(await inTransaction((trx) => requestCapture(trx, wish, mover)))
        return
      }
      case 'void': {
        const wish = { paymentId, amount: step.amount, reason: 'Cancelled', sourceId: `${paymentId}-${index}` }
        const { operation } = await inTransaction((trx) => requestVoid(trx, wish, mover))
        if (operation) asked.push(operation)
        return
      }
      case 'refund': {
        const wish = { paymentId, source: 'rma', sourceId: `${paymentId}-${index}`, amount: step.amount } as const
        asked.push(await inTransaction((trx) => requestRefund(trx, { ...wish, reason: 'Returned' }, mover)))
        return
      }
      case 'settle': {
        const operation = asked[step.pick % Math.max(asked.length, 1)]
        if (operation)
          await inTransaction((trx) => settleOperation(trx, operation.id, outcomeOf(step.outcome, operation)))
        return
      }
      case 'dispute': {
        const dispute = {
          disputeRef: `dispute-${paymentId}-${step.again ? 0 : index}`,
          authorizationRef: `ref-${payment.checkout_id}`,
          amountMinor: step.amount,
          currency: payment.currency,
          reason: 'fraudulent',
          status: step.status,
          respondBy: null,
        }
        const known = await db
          .selectFrom('dispute')
          .selectAll()
          .where('provider_ref', '=', dispute.disputeRef)
          .execute()
        const amountMinor = known[0]?.amount_minor ?? step.amount
        await inTransaction((trx) => recordDispute(trx, 'simulator', { ...dispute, amountMinor }))
      }
    }
  }

  it('balances, and never moves more than there is, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 3_000 }),
        fc.constantFrom('USD', 'JPY', 'KWD'),
        fc.array(anyStep, { maxLength: 25 }),
        async (total, currency, steps) => {
          const payment = await authorized(total, currency, {
            shipping: Math.floor(total / 9),
            tax: Math.floor(total / 7),
          })
          const asked: OperationRow[] = []
          for (const [index, step] of steps.entries())
            await take(payment, step, index, asked).catch((error) => assert.ok(error.body, error))
          const now = await readIntent(db, { payment_id: payment.id })
          assert.ok(capturable(now) >= 0 && refundable(now) >= 0)
          const used = now.captured_minor + now.capture_pending_minor + now.voided_minor + now.void_pending_minor
          assert.ok(used <= now.authorized_minor)
          const operations = await db.selectFrom('operation').selectAll().where('intent_id', '=', payment.id).execute()
          const moved = (kind: string) =>
            operations
              .filter((operation) => operation.kind === kind && operation.status === 'succeeded')
              .reduce((sum, { amount_minor }) => sum + amount_minor, 0)
          assert.equal(moved('capture'), now.captured_minor)
          assert.ok(moved('refund') <= now.captured_minor)
        },
      ),
      { numRuns: 40 },
    )
    assert.deepEqual(await differences(), [])
    for (const group of Map.groupBy(await accountSums(db, {}), ({ currency }) => currency).values()) {
      const sum = (side: 'debit_minor' | 'credit_minor') => group.reduce((all, row) => all + row[side], 0)
      assert.equal(sum('debit_minor'), sum('credit_minor'))
    }
  })

  it('divides a payment into parts that add up exactly and are never negative', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 30 }),
        fc.nat(100),
        fc.nat(100),
        (total, parts, a, b) => {
          const shipping_minor = Math.floor((total * a) / 300)
          const tax_minor = Math.floor((total * b) / 300)
          const payment = { currency: 'USD', amount_minor: total, shipping_minor, tax_minor }
          const sum = { goods: 0, shipping: 0, tax: 0 }
          let before = 0
          for (const wanted of [...parts, total]) {
            const amount = Math.min(wanted, total - before)
            const part = partOf(payment, before, amount)
            assert.equal(part.goods + part.shipping + part.tax, amount)
            for (const name of ['goods', 'shipping', 'tax'] as const) {
              assert.ok(part[name] >= 0)
              sum[name] += part[name]
            }
            before += amount
          }
          assert.deepEqual(sum, { goods: total - shipping_minor - tax_minor, shipping: shipping_minor, tax: tax_minor })
        },
      ),
    )
  })

  it('counts yen without and dinars with three decimals, both exactly', async () => {
    for (const [currency, minor] of [
      ['JPY', 87_957],
      ['KWD', 879_575],
    ] as const) {
      const payment = await authorized(minor, currency)
      const wish = { paymentId: payment.id, shipmentRef: `s-${currency}`, final: true }
      const capture = await inTransaction((trx) => requestCapture(trx, wish, mover))
      await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf('succeeded', capture)))
      const back = {
        paymentId: payment.id,
        source: 'rma',
        sourceId: `r-${currency}`,
        amount: minor,
        reason: 'All of it',
      } as const
      const refund = await inTransaction((trx) => requestRefund(trx, back, mover))
      await inTransaction((trx) => settleOperation(trx, refund.id, outcomeOf('succeeded', refund)))
      assert.equal(refundable(await readIntent(db, { payment_id: payment.id })), 0)
      assert.equal(exponentOf(currency), currency === 'JPY' ? 0 : 3)
    }
    assert.deepEqual(await differences(), [])
  })

  it('takes a refund that came back off the books again', async () => {
    const payment = await authorized(1_000, 'USD', { shipping: 100, tax: 77 })
    const wish = { paymentId: payment.id, shipmentRef: `s-${payment.id}`, final: true }
    const capture = await inTransaction((trx) => requestCapture(trx, wish, mover))
    await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf('succeeded', capture)))
    const back = {
      paymentId: payment.id,
      source: 'rma',
      sourceId: `r-${payment.id}`,
      amount: 400,
      reason: 'Back',
    } as const
    const refund = await inTransaction((trx) => requestRefund(trx, back, mover))
    await inTransaction((trx) => settleOperation(trx, refund.id, outcomeOf('succeeded', refund)))
    await inTransaction((trx) => settleOperation(trx, refund.id, outcomeOf('failed', refund)))
    assert.equal((await readIntent(db, { payment_id: payment.id })).refunded_minor, 0)
    const again = await inTransaction((trx) => requestRefund(trx, back, mover))
    assert.notEqual(again.id, refund.id)
    assert.deepEqual(await differences(), [])
  })

  it('books a dispute when the money is taken, and again when it is won or lost', async () => {
    for (const verdict of ['won', 'lost'] as const) {
      const payment = await authorized(2_000)
      const wish = { paymentId: payment.id, shipmentRef: `s-${payment.id}`, final: true }
      const capture = await inTransaction((trx) => requestCapture(trx, wish, mover))
      await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf('succeeded', capture)))
      const news = {
        disputeRef: `d-${payment.id}`,
        authorizationRef: `ref-${payment.checkout_id}`,
        ...{ amountMinor: 1_500, currency: 'USD', reason: 'fraudulent', respondBy: null },
      }
      const tell = (status: 'warning' | 'needs_response' | 'won' | 'lost') =>
        inTransaction((trx) => recordDispute(trx, 'simulator', { ...news, status }))
      for (const status of ['needs_response', 'warning', 'needs_response'] as const) await tell(status)
      assert.equal(refundable(await readIntent(db, { payment_id: payment.id })), 500)
      for (const status of [verdict, 'needs_response', verdict === 'won' ? 'lost' : 'won'] as const) await tell(status)
      const after = await readIntent(db, { payment_id: payment.id })
      assert.deepEqual([after.disputed_minor, refundable(after)], [0, verdict === 'won' ? 2_000 : 500])
    }
    assert.deepEqual(await differences(), [])
  })

  it('lets nobody change what is booked, or book what does not balance', async () => {
    await assert.rejects(db.updateTable('ledger_tx').set({ kind: 'x' }).execute(), /permission denied/)
    await assert.rejects(db.deleteFrom('ledger_entry').execute(), /permission denied/)
    const crooked = db.transaction().execute(async (trx) => {
      const account = { id: 'rounding/USD', code: 'rounding', type: 'expense', currency: 'USD', owner: null } as const
      await trx
        .insertInto('ledger_account')
        .values(account)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await trx.insertInto('ledger_tx').values({ id: 'crooked', kind: 'x', cause: 'x', external_ref: null }).execute()
      const entry = { tx_id: 'crooked', account_id: account.id, currency: 'USD', amount_minor: 1 }
      await trx
        .insertInto('ledger_entry')
        .values({ ...entry, direction: 'debit' })
        .execute()
    })
    await assert.rejects(crooked, /does not balance/)
    const empty = db.insertInto('ledger_tx').values({ id: 'empty', kind: 'x', cause: 'x', external_ref: null })
    await assert.rejects(empty.execute(), /does not balance/)
  })

  it('gives 50 captures and 50 refunds at once exactly what there is', async () => {
    const payment = await authorized(1_000)
    const captures = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => {
        const wish = { paymentId: payment.id, amount: 100, shipmentRef: `race-${index}`, final: false }
        return inTransaction((trx) => requestCapture(trx, wish, mover))
      }),
    )
    const won = captures.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    assert.equal(won.length, 10)
    for (const capture of won)
      await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf('succeeded', capture)))
    const refunds = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => {
        const wish = { paymentId: payment.id, source: 'rma', sourceId: `race-${index}`, amount: 300 } as const
        return inTransaction((trx) => requestRefund(trx, { ...wish, reason: 'Returned' }, mover))
      }),
    )
    assert.equal(refunds.filter(({ status }) => status === 'fulfilled').length, 3)
    assert.deepEqual(await differences(), [])
  })

  it('warns once that reserved money is about to be let go, and not about money that is taken', async () => {
    const payment = await authorized(1_000)
    const taken = await authorized(1_000)
    const wish = { paymentId: taken.id, shipmentRef: `s-${taken.id}`, final: true }
    const capture = await inTransaction((trx) => requestCapture(trx, wish, mover))
    await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf('succeeded', capture)))
    const soon = new Date(Date.now() + 23 * 3_600_000)
    for (const { id } of [payment, taken])
      await db.updateTable('authorization').set({ capture_before: soon }).where('intent_id', '=', id).execute()
    assert.deepEqual([await inTransaction(reportExpiring), await inTransaction(reportExpiring)], [1, 0])
  })

  it('is not fooled by news that are late, repeated or reordered', async () => {
    const payment = await authorized(1_000)
    const wish = { paymentId: payment.id, shipmentRef: `s-${payment.id}`, final: false }
    const capture = await inTransaction((trx) => requestCapture(trx, wish, mover))
    for (const status of ['unknown', 'succeeded', 'failed', 'unknown', 'succeeded'] as const)
      await inTransaction((trx) => settleOperation(trx, capture.id, outcomeOf(status, capture)))
    assert.equal((await readIntent(db, { payment_id: payment.id })).captured_minor, 1_000)
    const row = await db.selectFrom('operation').selectAll().where('id', '=', capture.id).executeTakeFirstOrThrow()
    assert.ok(!isUnderWay(row))
    assert.deepEqual(await differences(), [])
  })
})

function outcomeOf(status: OperationOutcome['status'], { id, amount_minor }: OperationRow): OperationOutcome {
  switch (status) {
    case 'succeeded':
      return { status, providerRef: `op-${id}`, amountMinor: amount_minor }
    case 'pending':
      return { status, providerRef: `op-${id}` }
    case 'failed':
      return { status, code: 'refused', message: 'Refused' }
    case 'unknown':
      return { status, reason: 'no answer' }
  }
}
