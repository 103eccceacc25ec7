import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { allMessagesOf, call, open, send } from './ledger-service/client.ts'
import { gateOf } from './ledger-service/gates.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

for (const era of ['modern', 'legacy'] as const) {
  describe(`a ${era} call`, () => {
    test('that asks for progress gets it on a stream, before the result', async () => {
      const options = { ...ledger, era, id: 'counting', meta: { progressToken: 'mine' } }
      const response = await open(options, 'tools/call', { name: 'count_down', arguments: { from: 3 } })
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
      const messages = await allMessagesOf(response)
      const result = messages.pop()
      assert.deepEqual(
        messages.map(({ method, params }) => [
          method,
          params.progressToken,
          params.progress,
          params.total,
          params.message,
        ]),
        [1, 2, 3].map((step) => ['notifications/progress', 'mine', step, 3, `step ${step}`]),
      )
      assert.equal(result.id, 'counting')
      assert.deepEqual(result.result.structuredContent, { steps: 3 })
    })

    test('that does not ask gets plain JSON', async () => {
      const { headers, body } = await send({ ...ledger, era }, 'tools/call', {
        name: 'count_down',
        arguments: { from: 3 },
      })
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(body.result.structuredContent, { steps: 3 })
    })

    test('that asks keeps its effect, its key and its errors', async () => {
      const options = { ...ledger, era, meta: { progressToken: 1 } }
      const args = { account: era, amount: 5, idempotency_key: `progress-${era}` }
      const results = []
      for (let attempt = 0; attempt < 2; attempt++) {
        const response = await open(options, 'tools/call', { name: 'post', arguments: args })
        const text = await response.text()
        const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? '')
        results.push(JSON.parse(json).result)
      }
      assert.deepEqual(results[0].structuredContent, results[1].structuredContent)
      assert.equal(results[1]._meta.replayed, true)
      assert.deepEqual((await call(ledger, 'get_balance', { account: era })).structuredContent.balance, 5)
    })

    for (const [what, meta] of [
      ['plain JSON', {}],
      ['a stream', { progressToken: 'p' }],
    ] as const) {
      test(`whose client leaves stops its handler, with ${what}`, async () => {
        const gate = `leaving ${era} ${what}`
        const leaving = new AbortController()
        const options = { ...ledger, era, meta, signal: leaving.signal }
        const answer = open(options, 'tools/call', { name: 'hold', arguments: { gate } }).then((response) =>
          response.text(),
        )
        await gateOf(gate).entered
        leaving.abort()
        await assert.rejects(answer)
        await gateOf(gate).aborted
      })
    }
  })
}
