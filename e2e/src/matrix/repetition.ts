import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { startFleet } from '@backroom/fleet-testing'
import { askNobody } from '../retail/policy.ts'
import { busyFleet, openRetail, type Retail } from '../retail/retail.ts'
import { stockUp } from '../retail/stock.ts'
import { assertSame, effectsOf, settled, withLostAnswer } from './repeat.ts'
import type { Row } from './row.ts'
import { stateOf } from './state.ts'
import { writeTools } from './tools.ts'

const TIMES = 20

/** Registers a test for each row: its tool called once, twice and many times, in turn, at once and with lost answers. */
export function testRepetition(rows: readonly Row[]): void {
  describe('a call that is repeated', () => {
    let retail: Retail
    before(async () => {
      // Carriers that move nothing: no scan changes what is compared.
      const environment = { ...busyFleet, CARRIER_DAY_SECONDS: '86400' }
      retail = openRetail(await startFleet({ environment }))
      await stockUp(retail, 'CAT-1003', 500)
      await askNobody(retail)
      // Deadlines that pass meanwhile would be told of.
      await retail.policy(
        'claims',
        `update recovery_deadline set alarm_at = now() + interval '1 year' where alarmed_at is null`,
      )
    })
    after(async () => {
      await retail?.close()
      await retail?.fleet.stop()
    })

    for (const row of rows) {
      const definition = writeTools.find(({ domain, tool }) => domain === row.domain && tool.name === row.tool)?.tool
      test(`${row.domain}.${row.tool}`, async () => {
        await withOneKey(row)
        await inParallelWithLostAnswers(row)
        if (!row.waits && definition?.repeat === 'natural') await withoutKey(row)
      })
    }

    /** Once, twice, twenty times, one after the other; then another intent under the same key. */
    async function withOneKey(row: Row): Promise<void> {
      const args = await row.args(retail)
      const key = randomUUID()
      const first = await settled(retail, row, args, key)
      assertExpected(row, first.status, first.body)
      await retail.quiet()
      const state = await stateOf(retail, row.domain)
      const again = [await settled(retail, row, args, key)]
      while (again.length < TIMES - 1) again.push(await settled(retail, row, args, key))
      assertSame(again, first, 'a repetition answers as the first call did')
      const other = await settled(retail, row, row.changed(args), key)
      assert.equal(other.body.code, 'idempotency_conflict', JSON.stringify(other.body))
      assert.equal(await effectsOf(retail, row, key), row.waits ? 0 : 1)
      await retail.quiet()
      assert.equal(await stateOf(retail, row.domain), state, 'a repetition changes nothing')
    }

    /** The first answers are lost on the way; then twenty calls at once. */
    async function inParallelWithLostAnswers(row: Row): Promise<void> {
      const args = await row.args(retail)
      const key = randomUUID()
      await withLostAnswer(retail, row, { args, key, afterMs: randomInt(1, 12) })
      await withLostAnswer(retail, row, { args, key, afterMs: randomInt(1, 40) })
      const answers = await Promise.all(Array.from({ length: TIMES }, () => settled(retail, row, args, key)))
      const [first] = answers
      assert.ok(first)
      assertExpected(row, first.status, first.body)
      assertSame(answers, first, 'all that come at once get the same answer', row.varies)
      assert.equal(await effectsOf(retail, row, key), row.waits ? 0 : 1)
      assertSame([await settled(retail, row, args, key)], first, 'later still', row.varies)
    }

    /** A draft handle or a natural key in the arguments makes the repetition harmless. */
    async function withoutKey({ domain, tool, as, args: make, rewrites = [] }: Row): Promise<void> {
      const args = await make(retail)
      const first = await retail.call(domain, tool, args, as)
      assert.equal(first.status, 200, JSON.stringify(first.body))
      await retail.quiet()
      const state = await stateOf(retail, domain, rewrites)
      const again = await Promise.all(Array.from({ length: TIMES }, () => retail.call(domain, tool, args, as)))
      for (const { status, body } of again) assert.ok(status < 500, JSON.stringify(body))
      await retail.quiet()
      assert.equal(await stateOf(retail, domain, rewrites), state, 'a repetition without a key changes nothing')
    }

    function assertExpected({ tool, waits }: Row, status: number, body: { status?: string }): void {
      assert.equal(status, waits ? 202 : 200, `${tool}: ${JSON.stringify(body)}`)
      if (waits) assert.equal(body.status, 'pending_approval')
    }
  })
}
