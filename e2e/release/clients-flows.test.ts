import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DomainName, resourceUrl } from '@backroom/access'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Browser } from 'playwright-core'
import { aiSdk, connectAiSdk } from '../src/clients/ai-sdk.ts'
import { type Era, inspector, NOT_SIGNED_IN, REFUSED_BY_TOOL, runInspector } from '../src/clients/inspector.ts'
import { mcpRemote } from '../src/clients/mcp-remote.ts'
import { emptyHome } from '../src/clients/program.ts'
import { connectSdkV1, sdkV1 } from '../src/clients/sdk-v1.ts'
import { connectSdkV2, sdkV2 } from '../src/clients/sdk-v2.ts'
import { buySomething, placeReorder } from '../src/flows.ts'
import { type Connect, type McpSession, toolResult } from '../src/mcp-session.ts'
import { emptyMemory, type OAuthMemory } from '../src/oauth-memory.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { type VisitOptions, visitor } from '../src/sign-in.ts'

const clients: Record<string, Connect> = {
  'SDK 2 on the newest revision': sdkV2('auto'),
  'SDK 2 with the 2025 handshake': sdkV2('legacy'),
  'SDK 1': sdkV1,
  '@ai-sdk/mcp': aiSdk,
  'mcp-remote': mcpRemote('legacy'),
  'mcp-remote on the newest revision': mcpRemote('auto'),
  'the Inspector': inspector('modern'),
}

describe("other people's clients", { concurrency: 2 }, () => {
  let fleet: TestFleet
  let browser: Browser
  before(async () => {
    fleet = await startFleet()
    browser = await launchBrowser()
  })
  after(() => Promise.all([browser?.close(), fleet?.stop()]))

  const address = (domain: DomainName) => resourceUrl(fleet.publicUrl, domain)
  const person = (options: VisitOptions) => visitor(browser, options)

  for (const [index, [name, connect]] of Object.entries(clients).entries()) {
    test(`a customer buys through ${name}`, async () => {
      const shop = await connect(address('catshop'), person({ account: `demo${index + 1}@example.com` }))
      try {
        await buySomething(shop)
      } finally {
        await shop.close()
      }
    })

    test(`operations reorders through ${name}`, async () => {
      const inventory = await connect(address('wms'), person({ account: 'ops@example.com' }))
      try {
        await placeReorder(inventory, index + 1)
      } finally {
        await inventory.close()
      }
    })
  }

  describe('the Inspector with a token', () => {
    let token: string
    let home: Awaited<ReturnType<typeof emptyHome>>
    before(async () => {
      home = await emptyHome()
      token = await accessToken({ account: 'demo8@example.com' }, 'catshop')
    })
    after(() => home.remove())

    const authorized = () => ['--header', `Authorization: Bearer ${token}`]
    const call = ['--method', 'tools/call', '--tool-name']
    const run = (era: Era, args: string[]) => runInspector(address('catshop'), era, args, home.environment).finished

    for (const era of ['legacy', 'auto', 'modern'] as const) {
      test(`${era}: every schema is portable and a call succeeds`, async () => {
        const [listed, found] = await Promise.all([
          run(era, ['--method', 'tools/list', '--strict', ...authorized()]),
          run(era, [...call, 'search_products', '--tool-arg', 'query=feather wand', ...authorized()]),
        ])
        assert.equal(listed.exitCode, 0, listed.messages)
        assert.equal(found.exitCode, 0, found.messages)
        assert.match(toolResult(found.answer).text, /Feather Wand Teaser/)
      })
    }

    test('its exit code tells a refusal by the tool from a missing sign-in', async () => {
      const [refused, anonymous] = await Promise.all([
        run('modern', [...call, 'get_order_status', '--tool-arg', 'order_id=ord_unknown', ...authorized()]),
        run('modern', ['--method', 'tools/list', '--stored-auth-only']),
      ])
      assert.equal(refused.exitCode, REFUSED_BY_TOOL, refused.messages)
      assert.equal(anonymous.exitCode, NOT_SIGNED_IN, anonymous.messages)
    })
  })

  const libraries: Record<string, (url: string, memory: OAuthMemory) => Promise<McpSession>> = {
    'SDK 2': (url, memory) => connectSdkV2(url, memory, 'auto'),
    'SDK 1': connectSdkV1,
    '@ai-sdk/mcp': connectAiSdk,
  }
  for (const [name, connect] of Object.entries(libraries)) {
    test(`${name} renews an access token without its person`, async () => {
      const memory = await emptyMemory(person({ account: 'demo9@example.com' }))
      try {
        await (await connect(address('catshop'), memory)).close()
        const first = memory.tokens()
        assert.ok(first?.refresh_token)
        memory.saveTokens({ ...first, access_token: 'no-longer-good' })
        const session = await connect(address('catshop'), memory)
        assert.equal((await session.call('view_cart')).isError, false)
        assert.notEqual(memory.tokens()?.refresh_token, first.refresh_token)
        assert.equal(memory.visits, 1)
        await session.close()
      } finally {
        await memory.close()
      }
    })
  }

  for (const mode of ['auto', 'legacy'] as const) {
    test(`SDK 2 (${mode}) asks its person for a scope that was left out at first`, async () => {
      const visits = [['catshop:write'], []].map((untick) => person({ account: 'demo10@example.com', untick }))
      const memory = await emptyMemory(async (url) => (visits.shift() ?? assert.fail('a third visit'))(url))
      try {
        const session = await connectSdkV2(address('catshop'), memory, mode)
        assert.equal(memory.tokens()?.scope, 'catshop:read')
        assert.ok(!(await session.toolNames()).includes('add_to_cart'))

        const added = await session.call('add_to_cart', { product_id: 4 })
        assert.equal(added.isError, false, added.text)
        assert.deepEqual(memory.tokens()?.scope?.split(' ').sort(), ['catshop:read', 'catshop:write'])
        assert.equal(memory.visits, 2)
        await session.close()
      } finally {
        await memory.close()
      }
    })
  }

  test('SDK 1, which cannot ask again, stops at the refusal', async () => {
    const memory = await emptyMemory(person({ account: 'demo10@example.com', untick: ['catshop:write'] }))
    try {
      const session = await connectSdkV1(address('catshop'), memory)
      await assert.rejects(session.call('add_to_cart', { product_id: 4 }), /403/)
      await session.close()
    } finally {
      await memory.close()
    }
  })

  test("a customer does not find another customer's order", async () => {
    const [owner, other] = await Promise.all(
      ['demo8@example.com', 'demo9@example.com'].map((account) =>
        sdkV2('auto')(address('catshop'), person({ account })),
      ),
    )
    assert.ok(owner && other)
    const { order_id } = await buySomething(owner)
    const own = await owner.call('get_order_status', { order_id })
    assert.equal(own.structured.order_id, order_id)
    const refused = await other.call('get_order_status', { order_id })
    assert.equal(refused.isError, true)
    assert.equal(refused.structured.code, 'not_found')
    await assert.rejects(other.read(`catshop://orders/${order_id}`))
    await Promise.all([owner.close(), other.close()])
  })

  test('a token opens the server it was issued for and no other', async () => {
    const token = await accessToken({ account: 'ops@example.com' }, 'wms')
    const { mcp } = plainCalls(fleet.publicUrl)
    assert.equal((await mcp('wms', token, 'tools/list')).status, 200)
    const refused = await mcp('catshop', token, 'tools/list')
    assert.equal(refused.status, 401)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /error="invalid_token"/)
    assert.ok(challenge.includes(`${fleet.publicUrl}/.well-known/oauth-protected-resource/catshop/mcp`), challenge)
  })

  /** Signs a person in through the SDK and takes the access token that it received. */
  async function accessToken(options: VisitOptions, domain: DomainName): Promise<string> {
    const memory = await emptyMemory(person(options))
    const session = await connectSdkV2(address(domain), memory, 'auto')
    await Promise.all([session.close(), memory.close()])
    return memory.tokens()?.access_token ?? ''
  }
})
