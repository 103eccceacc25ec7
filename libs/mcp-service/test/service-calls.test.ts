import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DomainService, startDomainService } from '@backroom/fleet-testing'
import { z } from 'zod'
import { defineService, definitionsFor } from '../src/index.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

type NoTables = Record<string, never>

/** A shop that asks another domain, with whichever tool it is told. */
const asking = definitionsFor<NoTables>().defineTool({
  name: 'ask',
  description: 'Asks a tool of inventory.',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({ tool: z.string(), account: z.string().optional() }),
  output: z.object({ answer: z.unknown() }),
  text: () => 'answered',
  handle: async ({ tool, ...args }, { callService }) => ({ answer: await callService('wms', tool, args) }),
})
const shopService = defineService({
  domain: 'catshop',
  instructions: 'Ask.',
  tools: [asking],
  resources: [],
  prompts: [],
})

describe('a service that calls another', () => {
  let ledger: Ledger
  let shop: DomainService<NoTables>
  before(async () => {
    ledger = await startLedger()
    const { authority, address } = ledger
    shop = await startDomainService({ service: shopService, authority, environment: { WMS_URL: address } })
  })
  after(async () => {
    await shop.stop()
    await ledger.stop()
  })
  const ask = (tool: string, at: Pick<DomainService<NoTables>, 'call'> = shop) =>
    at.call('ask', { tool, account: 'a' }, { token: shop.tokenOf('demo1') })

  test('does so as itself: the customer who called it has no access there', async () => {
    const { structuredContent } = await ask('get_balance')
    assert.deepEqual(structuredContent, { answer: { account: 'a', balance: 0 } })
    await assert.rejects(ledger.call('get_balance', { account: 'a' }, { token: shop.tokenOf('demo1') }), /401/)
    await ledger.call('get_balance', { account: 'a' }, { token: ledger.tokenOfService('catshop') })
  })

  test('may do what its own scopes allow and no more', async () => {
    const { isError } = await ask('post')
    assert.ok(isError)
  })

  test('says that the other is away, while a replica that finds it answers', async () => {
    const lost = await shop.replica({ environment: { WMS_URL: 'http://127.0.0.1:1' } })
    const { structuredContent } = await ask('get_balance', lost)
    assert.equal(structuredContent.code, 'unavailable')
    assert.match(structuredContent.message, /Inventory does not answer/)
    const healthy = await shop.replica()
    assert.ok(!(await ask('get_balance', healthy)).isError)
  })
})
