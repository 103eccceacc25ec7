import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFixture } from '../conformance/fixture/start.ts'
import { assertSatisfied, type Revision, testServer } from '../conformance/suite.ts'
import { startTokenProxy } from '../conformance/token-proxy.ts'

interface Expectation {
  name: string
  sessions: boolean
  revision: Revision
  /** List of expected failures; the suite also refuses one that does not fail. */
  failures?: string
  /** Required scenarios that pass, without those that the suite does not score. */
  required: number
  /** Scenarios that the suite does not score and that pass all the same. */
  beyond: string[]
}

const expectations: Expectation[] = [
  {
    name: 'meets 2026-07-28',
    sessions: false,
    revision: '2026-07-28',
    required: 37,
    beyond: ['http-custom-header-server-validation', 'http-header-validation', 'json-schema-2020-12'],
  },
  {
    name: 'meets 2025-11-25 when it keeps sessions',
    sessions: true,
    revision: '2025-11-25',
    required: 30,
    beyond: ['json-schema-2020-12', 'server-session-lifecycle', 'server-sse-polling'],
  },
  {
    name: 'meets 2025-11-25 without sessions, apart from what needs them',
    sessions: false,
    revision: '2025-11-25',
    failures: 'fixture-without-sessions',
    required: 24,
    beyond: ['json-schema-2020-12'],
  },
]

describe('a server built on mcp-service', () => {
  const close: (() => Promise<void>)[] = []
  const urls = new Map<boolean, string>()
  before(async () => {
    for (const sessions of [true, false]) {
      const fixture = await startFixture({ sessions })
      const proxy = await startTokenProxy(fixture.url, fixture.token)
      urls.set(sessions, proxy.url)
      close.push(proxy.close, fixture.stop)
    }
  })
  after(async () => {
    for (const part of close) await part()
  })

  for (const { name, sessions, revision, failures, required, beyond } of expectations) {
    test(name, async () => {
      const verdict = await testServer(urls.get(sessions) ?? '', revision, failures)
      assertSatisfied(verdict)
      const { passed } = verdict
      assert.deepEqual(
        passed.filter((scenario) => beyond.includes(scenario)),
        beyond,
      )
      assert.equal(passed.length, required + beyond.length, `passed: ${passed.join(', ')}`)
    })
  }

  for (const [header, status] of [
    ['42', 200],
    ['42.0', 200],
    ['43', 400],
    [undefined, 400],
  ] as const) {
    test(`a header that repeats the argument 42 as ${header} is answered with ${status}`, async () => {
      const answer = await callWithHeader(urls.get(false) ?? '', 42, header)
      assert.equal(answer.status, status)
      const { error } = (await answer.json()) as { error?: { code: number } }
      assert.equal(error?.code, status === 200 ? undefined : -32_020)
    })
  }
})

function callWithHeader(url: string, level: number, header: string | undefined): Promise<Response> {
  const name = 'test_x_mcp_header'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      ...(header ? { 'mcp-param-level': header } : {}),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: { level }, _meta },
    }),
  })
}
