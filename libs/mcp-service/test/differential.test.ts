import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { corpus, legacy, modern, type WireRequest } from './differential-corpus.ts'
import { ALL_SCOPES } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

// The direct path must be the SDK, only faster: the same request gets the same answer from a server without it.

let ledger: Ledger
let direct: string
let reference: string
let token: string

before(async () => {
  ledger = await startLedger({ direct: true })
  direct = ledger.address
  reference = (await ledger.replica({ direct: false })).address
  token = await ledger.authority.sign({ scope: ALL_SCOPES })
  const seeded = modern('', 'tools/call', {
    name: 'post',
    arguments: { account: 'diff', amount: 1, idempotency_key: 'differential' },
  })
  await answerOf(direct, seeded)
})
after(() => ledger.stop())

test('the direct path answers as the SDK does', async (t) => {
  const requests = corpus()
  assert.ok(requests.length >= 150, `the corpus has ${requests.length} requests`)
  const differing: unknown[] = []
  for (const request of requests) {
    const ours = await answerOf(direct, request)
    const theirs = await answerOf(reference, request)
    if (JSON.stringify(ours) !== JSON.stringify(theirs) || ours.status >= 500)
      differing.push([request.name, JSON.stringify(ours), JSON.stringify(theirs)])
  }
  t.diagnostic(`${requests.length} requests`)
  assert.deepEqual(differing, [])
})

test('a mutated request is answered as the SDK answers it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...valid), mutation, async (request, mutate) => {
      const mutated = mutate(request)
      const ours = await answerOf(direct, mutated)
      const theirs = await answerOf(reference, mutated)
      assert.deepEqual(ours, theirs, JSON.stringify(mutated))
      assert.ok(ours.status < 500, JSON.stringify(mutated))
    }),
    { numRuns: 200 },
  )
})

const balance = { name: 'get_balance', arguments: { account: 'alpha' } }
const valid: WireRequest[] = [
  modern('a call', 'tools/call', balance),
  modern('a list', 'tools/list'),
  modern('a write', 'tools/call', { name: 'post', arguments: { account: 'diff', amount: 0, idempotency_key: 'k' } }),
  legacy('a call', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...balance, _meta: { a: 1 } } }),
  legacy('a list', { jsonrpc: '2.0', id: 'x', method: 'tools/list', params: {} }),
]

const odd = fc.oneof(
  fc.constantFrom(null, '', 0, -1, 1.5, 1e300, true, [], {}, 'tools/list', 'get_balance', '2026-07-28', '2025-11-25'),
  fc.jsonValue({ maxDepth: 2 }),
)

type Mutation = (request: WireRequest) => WireRequest

/** Replaces, removes or adds one member anywhere in the message, or one header. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(30), odd).map(([place, value]) => inBody((members) => replaceAt(members, place, value))),
  fc.nat(30).map((place) => inBody((members) => replaceAt(members, place, undefined))),
  fc
    .tuple(fc.nat(5), fc.constantFrom('extra', 'id', 'method', 'params', '_meta', 'name', 'cursor', 'result'), odd)
    .map(([place, name, value]) => inBody((members) => addAt(members, place, name, value))),
  fc
    .tuple(
      fc.constantFrom('mcp-protocol-version', 'mcp-method', 'mcp-name', 'accept', 'mcp-session-id'),
      fc.constantFrom(undefined, '', 'tools/list', 'get_balance', '2025-06-18', '2026-07-28', 'x', 'application/json'),
    )
    .map(
      ([name, value]): Mutation =>
        (request) => ({ ...request, headers: { ...request.headers, [name]: value } }),
    ),
)

// biome-ignore lint/suspicious/noExplicitAny: mutations reach into any JSON.
type Json = any

function inBody(change: (body: Json) => void): Mutation {
  return (request) => {
    const body = JSON.parse(request.body ?? '{}')
    change(body)
    return { ...request, body: JSON.stringify(body) }
  }
}

function placesIn(value: Json): { holder: Json; name: string }[] {
  if (value === null || typeof value !== 'object') return []
  return Object.keys(value).flatMap((name) => [{ holder: value, name }, ...placesIn(value[name])])
}

function replaceAt(body: Json, place: number, value: unknown): void {
  const places = placesIn(body)
  const at = places[place % places.length]
  if (at) at.holder[at.name] = value
}

function addAt(body: Json, place: number, name: string, value: unknown): void {
  const holders = [body, ...placesIn(body).map(({ holder, name: member }) => holder[member])]
  const objects = holders.filter((holder) => holder !== null && typeof holder === 'object' && !Array.isArray(holder))
  objects[place % objects.length][name] = value
}

/** What a client sees of an answer, without what is drawn for each request. */
async function answerOf(address: string, { headers, body }: WireRequest) {
  const sent = new Headers({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  })
  for (const [name, value] of Object.entries(headers)) value === undefined ? sent.delete(name) : sent.set(name, value)
  const response = await fetch(`${address}/wms/mcp`, {
    method: 'POST',
    headers: sent,
    ...(body === undefined ? {} : { body }),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    challenge: response.headers.get('www-authenticate'),
    body: canonical(withoutRequestId(await response.text())),
  }
}

function withoutRequestId(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'request-id')
}

/** JSON with its members in order; the answers of a batch as well, which may come in any. */
function canonical(text: string): unknown {
  if (!/^[[{]/.test(text)) return text
  const sorted = inOrder(JSON.parse(text)) as unknown
  return Array.isArray(sorted) ? sorted.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : sorted
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, inOrder(member)]),
  )
}
