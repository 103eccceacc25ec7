import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Ledger, startLedger } from './ledger-service/start.ts'
import { rawPost } from './ledger-service/wire.ts'

const ENTRY = { name: 'post_batched', arguments: { account: 'forged', amount: 1 } }

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

describe('the endpoint', () => {
  test('answers to its own host names alone', async () => {
    const authorization: [string, string] = ['authorization', `Bearer ${await ledger.authority.sign({})}`]
    for (const host of ['localhost:8000', 'localhost', '127.0.0.1:5', '[::1]:8000', 'wms', 'wms:8101'])
      assert.equal((await rawPost(ledger.address, '/wms/mcp', [['host', host], authorization])).status, 200, host)
    for (const host of [
      'attacker.example',
      'localhost.attacker.example',
      'oms',
      '169.254.169.254',
      'localhost@attacker.example',
    ])
      assert.equal((await rawPost(ledger.address, '/wms/mcp', [['host', host], authorization])).status, 403, host)
    assert.equal((await rawPost(ledger.address, '/wms/tools/rumour', [['host', 'attacker.example']], {})).status, 403)
    assert.equal((await rawPost(ledger.address, '/wms/public/mcp', [['host', 'attacker.example']])).status, 403)
  })

  test('answers pages of its own origin alone', async () => {
    const authorization: [string, string] = ['authorization', `Bearer ${await ledger.authority.sign({})}`]
    for (const origin of ['http://localhost:8000', 'http://127.0.0.1:6274', 'http://localhost'])
      assert.equal((await rawPost(ledger.address, '/wms/mcp', [['origin', origin], authorization])).status, 200, origin)
    for (const origin of ['https://attacker.example', 'null', '', 'http://localhost.attacker.example', 'file://'])
      assert.equal((await rawPost(ledger.address, '/wms/mcp', [['origin', origin], authorization])).status, 403, origin)
  })

  test('takes POST alone, after the token', async () => {
    const authorization = `Bearer ${await ledger.authority.sign({})}`
    for (const method of ['GET', 'DELETE']) {
      const refused = await fetch(`${ledger.address}/wms/mcp`, { method, headers: { authorization } })
      assert.equal(refused.status, 405)
      assert.equal(refused.headers.get('allow'), 'POST')
      assert.equal((await fetch(`${ledger.address}/wms/mcp`, { method })).status, 401)
    }
  })

  test('of public tools needs no token, offers them alone and never answers 401', async () => {
    const request = (method: string, params = {}, headers = {}) =>
      fetch(`${ledger.address}/wms/public/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      }).then(async (response) => ({
        status: response.status,
        body: (await response.json()) as { result?: { tools?: { name: string }[] }; error?: { code: number } },
      }))
    assert.deepEqual(
      (await request('tools/list')).body.result?.tools?.map(({ name }) => name),
      ['rumour'],
    )
    assert.equal((await request('tools/call', { name: 'rumour', arguments: {} })).status, 200)
    assert.equal((await request('tools/call', ENTRY)).body.error?.code, -32_602)
    assert.equal((await request('tools/list', {}, { authorization: 'Bearer forged' })).status, 200)
  })
})
