import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DomainName, issuerOf, resourceUrl } from '@backroom/access'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { testAuthorizationServer } from '../conformance/authorization.ts'
import { assertSatisfied, type Revision, runSuite, testServer } from '../conformance/suite.ts'
import { startTokenProxy } from '../conformance/token-proxy.ts'

const accounts: Partial<Record<DomainName, string>> = { wms: 'ops@example.com', catshop: 'demo1@example.com' }

/** Required scenarios that a server can meet without the tools of the fixture, apart from those named per check. */
const met: Record<Revision, string[]> = {
  '2026-07-28': [
    'caching',
    'completion-complete',
    'dns-rebinding-protection',
    'http-header-validation',
    'input-required-result-unsupported-methods',
    'input-required-result-validate-input',
    'prompts-list',
    'resources-list',
    'sep-2164-resource-not-found',
    'server-sse-multiple-streams',
    'tools-list',
  ],
  '2025-11-25': [
    'completion-complete',
    'dns-rebinding-protection',
    'ping',
    'prompts-list',
    'resources-list',
    'server-initialize',
    'tools-list',
  ],
}
const revisions = Object.keys(met) as Revision[]

const publicTools = ['check_availability', 'get_product', 'get_product_reviews', 'list_products', 'search_products']

describe('the fleet behind its gateway', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ only: ['gateway', 'auth', 'wms', 'catshop'] })
  })
  after(() => fleet.stop())

  for (const [domain, account] of Object.entries(accounts) as [DomainName, string][]) {
    for (const revision of revisions) {
      test(`${domain} meets what ${revision} requires of any server`, async () => {
        const token = await fleet.token(account, domain)
        const proxy = await startTokenProxy(resourceUrl(fleet.publicUrl, domain), async () => token)
        try {
          const verdict = await testServer(proxy.url, revision, `service-${revision}`)
          assertSatisfied(verdict)
          assert.deepEqual(verdict.passed, met[revision])
        } finally {
          await proxy.close()
        }
      })
    }
  }

  for (const revision of revisions) {
    test(`auth meets the authorization scenarios of ${revision}`, async () => {
      const { exitCode, successes, faults } = await testAuthorizationServer(
        {
          issuer: issuerOf(fleet.publicUrl),
          clientId: 'probe',
          resource: resourceUrl(fleet.publicUrl, 'wms'),
          login: 'ops@example.com',
          password: 'Demo123!',
        },
        revision,
      )
      assert.deepEqual({ exitCode, successes, faults }, { exitCode: 0, successes: 3, faults: [] })
    })

    test(`the public catalogue meets tools-list of ${revision} without a token`, async () => {
      const url = `${fleet.publicUrl}/catshop/public/mcp`
      assertSatisfied(await runSuite(['server', '--url', url, '--scenario', 'tools-list', '--spec-version', revision]))
    })
  }

  for (const mode of ['auto', 'legacy'] as const) {
    test(`the public catalogue serves a client without a token and never asks for one (${mode})`, async () => {
      const statuses = new Set<number>()
      const url = new URL(`${fleet.publicUrl}/catshop/public/mcp`)
      const transport = new StreamableHTTPClientTransport(url, {
        async fetch(input, init) {
          const answer = await fetch(input, init)
          statuses.add(answer.status)
          return answer
        },
      })
      const client = new Client({ name: 'stranger', version: '1' }, { versionNegotiation: { mode } })
      await client.connect(transport)
      const { tools } = await client.listTools()
      assert.deepEqual(tools.map(({ name }) => name).sort(), publicTools)
      const { structuredContent } = await client.callTool({ name: 'get_product', arguments: { product_id: 1 } })
      assert.ok((structuredContent as { name: string }).name)
      await assert.rejects(client.callTool({ name: 'view_cart', arguments: {} }), /Unknown tool: view_cart/)
      await client.close()
      assert.equal(statuses.has(401), false)
    })
  }
})
