import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { scopesOf } from '@backroom/access'
import { ALL_SCOPES, call, post, send } from './ledger-service/client.ts'
import { ENTRY, entries, METADATA } from './ledger-service/refused-entry.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'
import { challengeOf } from './ledger-service/wire.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

describe('scopes', () => {
  const toolsFor = async (scope: string, claims: Record<string, unknown> = {}): Promise<string[]> => {
    const token = await ledger.authority.sign({ scope, ...claims })
    const { body } = await send({ ...ledger, token }, 'tools/list')
    return body.result.tools.map(({ name }: { name: string }) => name)
  }

  test('of people imply reading; those of services imply nothing', async () => {
    for (const scope of [...scopesOf('wms', 'working'), ...scopesOf('wms', 'restricted')])
      assert.ok((await toolsFor(scope)).includes('get_balance'), scope)
    for (const scope of [...scopesOf('wms', 'service'), 'oms:read', 'wms:unknown', 'WMS:READ', 'wms'])
      assert.ok(!(await toolsFor(scope)).includes('get_balance'), scope)
  })

  test('decide what tools/list shows', async () => {
    assert.deepEqual(await toolsFor(''), ['rumour'])
    const reading = await toolsFor('wms:read')
    assert.ok(reading.includes('get_balance') && !reading.includes('post'))
    const adjusting = await toolsFor('wms:adjust')
    assert.ok(adjusting.includes('post') && !adjusting.includes('order'))
    assert.ok((await toolsFor(ALL_SCOPES)).includes('transfer'))
  })

  test('that lack are asked for by challenge and in words, with the request id', async () => {
    const token = await ledger.authority.sign({ scope: 'wms:reorder' })
    for (const era of ['modern', 'legacy'] as const) {
      const { status, headers, body } = await send({ ...ledger, token, era, id: 'mine' }, 'tools/call', ENTRY)
      assert.equal(status, 403)
      const challenge = challengeOf(headers)
      assert.equal(challenge.error, 'insufficient_scope')
      assert.equal(challenge.resource_metadata, METADATA)
      // 2025-era clients replace what they have by what the challenge names.
      const scopes = era === 'modern' ? ['wms:adjust'] : ['wms:adjust', 'wms:read', 'wms:reorder']
      assert.deepEqual(challenge.scope?.split(' ').sort(), scopes)
      assert.equal(body.id, 'mine')
      assert.match(body.error.message, /wms:adjust/)
    }
    assert.equal(await entries(ledger), 0)
  })

  test('are checked for resources, prompts aside, and for each message of a batch', async () => {
    const token = await ledger.authority.sign({ scope: '' })
    assert.equal((await send({ ...ledger, token }, 'resources/read', { uri: 'inventory://accounts' })).status, 403)
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { jsonrpc: '2.0', id: 'two', method: 'tools/call', params: ENTRY },
    ]
    const response = await fetch(`${ledger.address}/wms/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(batch),
    })
    assert.equal(response.status, 403)
    assert.equal(((await response.json()) as { id: unknown }).id, 'two')
    assert.equal(await entries(ledger), 0)
  })

  test('do not open service-only tools to people: to them the tool is unknown', async () => {
    assert.ok(!(await toolsFor(ALL_SCOPES)).includes('service_only'))
    const token = await ledger.authority.sign({ scope: 'wms:read' })
    const hidden = await send({ ...ledger, token }, 'tools/call', { name: 'service_only', arguments: {} })
    const unknown = await send({ ...ledger, token }, 'tools/call', { name: 'service_onlx', arguments: {} })
    assert.equal(hidden.text.replaceAll('service_only', ''), unknown.text.replaceAll('service_onlx', ''))
    assert.equal((await post({ ...ledger, token }, 'service_only', {})).status, 404)
  })

  test('open service-only tools to services', async () => {
    const service = { sub: 'oms', client_id: 'oms', gid: undefined, scope: 'wms:read' }
    assert.ok((await toolsFor('wms:read', service)).includes('service_only'))
    const token = await ledger.authority.sign(service)
    assert.deepEqual((await call({ ...ledger, token }, 'service_only')).structuredContent, { ok: true })
  })
})
