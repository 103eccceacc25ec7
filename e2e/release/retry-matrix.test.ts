import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { DomainName } from '@backroom/access'
import { catshop } from '@backroom/catshop/service'
import { startFleet } from '@backroom/fleet-testing'
import { service as oms } from '@backroom/oms/service'
import { service as payments } from '@backroom/payments/service'
import { service as wms } from '@backroom/wms/service'
import { catshopRows } from '../src/matrix/catshop.ts'
import { omsRows } from '../src/matrix/oms.ts'
import { paymentsRows } from '../src/matrix/payments.ts'
import { assertSame, effectsOf, settled, withLostAnswer } from '../src/matrix/repeat.ts'
import type { Row } from '../src/matrix/row.ts'
import { stateOf } from '../src/matrix/state.ts'
import { wmsRows } from '../src/matrix/wms.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { stockUp } from '../src/retail/stock.ts'

const rows = [...wmsRows, ...omsRows, ...paymentsRows, ...catshopRows]
const writes = [wms, oms, payments, catshop].flatMap(({ domain, tools }) =>
  tools.filter(({ effect }) => effect !== 'read').map((tool) => ({ domain, tool })),
)
const TIMES = 20

test('every write tool of every server has a row, and every row a tool', () => {
  const named = (domain: DomainName, name: string) => `${domain}.${name}`
  assert.deepEqual(
    rows.map(({ domain, tool }) => named(domain, tool)).sort(),
    writes.map(({ domain, tool }) => named(domain, tool.name)).sort(),
  )
})

test('tools that act again when they are repeated without a key say so', () => {
  for (const { tool } of writes) {
    if (tool.repeat !== 'additive') continue
    assert.match(tool.description, /each call|adds twice/i, `${tool.name}: ${tool.description}`)
  }
})

describe('a call that is repeated', () => {
  let retail: Retail
  before(async () => {
    retail = openRetail(await startFleet({ environment: busyFleet }))
    await stockUp(retail, 'CAT-1003', 500)
    await retail.policy('oms', await everythingAllowed('oms'))
    await retail.policy('payments', 'delete from approval_rule')
    await retail.policy('payments', await everythingAllowed('payments'))
  })
  after(async () => {
    await retail?.close()
    await retail?.fleet.stop()
  })

  const everythingAllowed = async (domain: 'oms' | 'payments') => {
    const names = writes
      .filter((one) => one.domain === domain && one.tool.approval)
      .map(({ tool }) => `('${tool.name}')`)
    const to = domain === 'oms' ? '(tool, account, tier)' : '(tool, kind, tier)'
    return `insert into approval_rule ${to} select name, '*', 'A0' from (values ${names.join()}) as tool (name)`
  }

  for (const row of rows) {
    const definition = writes.find(({ domain, tool }) => domain === row.domain && tool.name === row.tool)?.tool
    test(`${row.domain}.${row.tool}`, async () => {
      await withOneKey(row)
      await inParallelWithLostAnswers(row)
      if (!row.refused && definition?.repeat === 'natural') await withoutKey(row)
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
    if (row.refused) assert.equal(other.body.code, row.refused)
    else {
      assert.equal(other.body.code, 'idempotency_conflict', JSON.stringify(other.body))
      assert.equal(await effectsOf(retail, row, key), 1)
    }
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
    if (!row.refused) assert.equal(await effectsOf(retail, row, key), 1)
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

  function assertExpected({ tool, refused }: Row, status: number, body: { code?: string }): void {
    if (refused) assert.equal(body.code, refused, JSON.stringify(body))
    else assert.equal(status, 200, `${tool}: ${JSON.stringify(body)}`)
  }
})
