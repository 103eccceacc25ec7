import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { issuerOf } from '@backroom/access'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import { readBooks } from '../src/crash/books.ts'
import { type Load, RESERVED_UNITS, startLoad } from '../src/crash/load.ts'
import { plentiful } from '../src/crash/plentiful.ts'
import { type Answer, type PlainCalls, plainCalls } from '../src/plain-calls.ts'
import { until } from '../src/until.ts'

const PRODUCTS = 80
/** `CRASH_ROUNDS=20` runs the figure of a night. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 1)

const lockHolders = { wms: 101, oms: 102, tms: 103, rma: 104, claims: 105, payments: 106 }
const behindGateway = { auth: 100, ...lockHolders, catshop: 107, psp: 110 }
type Name = keyof typeof behindGateway | 'gateway' | 'postgres'
const names = ['gateway', 'postgres', ...Object.keys(behindGateway)] as Name[]

describe('a fleet whose processes are killed while people work', () => {
  let fleet: TestFleet
  let calls: PlainCalls
  let load: Load
  const since = new Date()
  let kills = 0
  before(async () => {
    const environment = { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '1000000', LOG_LEVEL: 'error' }
    fleet = await startFleet({ ownPostgres: true, environment })
    calls = plainCalls(fleet.publicUrl)
    const warehouse = await fleet.token('warehouse@example.com', 'wms')
    const plenty = await plentiful(calls, warehouse, PRODUCTS)
    load = startLoad(calls, {
      ops: await fleet.token('ops@example.com', 'wms'),
      warehouse,
      sku: plenty[0]?.sku ?? '',
      products: plenty.slice(1).map(({ productId }) => productId),
      collector: await fleet.token('demo3@example.com', 'catshop'),
      shopper: await fleet.token('demo4@example.com', 'catshop'),
    })
  })
  after(() => fleet?.stop())

  const pids = () => Object.fromEntries(names.map((name) => [name, fleet.pid(name)])) as Record<Name, number>

  const isReady = async (offset: number) => {
    const answer = await fetch(`http://127.0.0.1:${fleet.port + offset}/ready`).catch(() => undefined)
    return answer?.ok ?? false
  }

  /** Waits until all kinds of work have gone on. */
  const everyoneWorks = async () => {
    const reached = { ...load.progress }
    const goesOn = () => {
      if (load.failure) throw load.failure
      return Object.entries(load.progress).every(([kind, turns]) => turns > (reached[kind] ?? 0) + 1)
    }
    await until('all work goes on', goesOn)
  }

  /**
   * Kills a process; the others must live, and all must be well again without help. Those that run workflows end with the
   * database: without their lock in it another process may take their workflows over.
   */
  const killed = async (name: Name, meanwhile: () => Promise<void>) => {
    const gone = name === 'postgres' ? [name, ...(Object.keys(lockHolders) as Name[])] : [name]
    await everyoneWorks()
    const before = pids()
    const at = Date.now()
    fleet.kill(name)
    kills += gone.length
    await meanwhile()
    await until(`${name} runs again`, () => gone.every((one) => fleet.pid(one) !== before[one]), { limitMs: 90_000 })
    const offsets = [0, ...Object.values(behindGateway)]
    await until('all are ready', async () => (await Promise.all(offsets.map(isReady))).every(Boolean))
    const seconds = Math.round((Date.now() - at) / 100) / 10
    await everyoneWorks()
    const after = pids()
    assert.deepEqual(
      names.filter((one) => after[one] !== before[one]),
      names.filter((one) => gone.includes(one)),
    )
    return `${name} healthy again after ${seconds} s`
  }

  /** Asks through the gateway until somebody is named as away; answers with what it said. */
  const awaitNamed = async (name: Name, ask: () => Promise<Answer>): Promise<Answer> => {
    let answer: Answer | undefined
    const isNamed = async () => {
      answer = await ask()
      return (answer.body?.domain ?? answer.body?.error?.data?.domain) === name
    }
    await until(`${name} is named as away`, isNamed, { everyMs: 5, limitMs: 10_000 })
    return answer as Answer
  }

  const assertSaysWhen = ({ status, headers }: Answer) => {
    assert.ok(status === 502 || status === 503, String(status))
    assert.ok(Number(headers.get('retry-after')) > 0)
  }

  const get = async (url: string): Promise<Answer> => {
    const response = await fetch(url, { headers: { accept: 'application/json' } })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  for (let round = 1; round <= ROUNDS; round++) {
    for (const domain of ['wms', 'catshop'] as const) {
      test(`${domain}: the gateway names it, over REST and MCP, and the other domain works on (${round})`, async (t) => {
        const other = domain === 'wms' ? 'catshop' : 'wms'
        const account = { wms: 'ops@example.com', catshop: 'demo1@example.com' }
        const tokens = {
          [domain]: await fleet.token(account[domain], domain),
          [other]: await fleet.token(account[other], other),
        }
        const took = await killed(domain, async () => {
          const list = () => calls.mcp(domain, tokens[domain] ?? '', 'tools/list')
          const answers = await Promise.all([
            awaitNamed(domain, () => calls.tool(domain, tokens[domain] ?? '', 'no_such_tool')),
            awaitNamed(domain, list),
          ])
          for (const answer of answers) assertSaysWhen(answer)
          assert.equal(answers[1].body.jsonrpc, '2.0')
          assert.equal((await calls.mcp(other, tokens[other] ?? '', 'tools/list')).status, 200)
        })
        t.diagnostic(took)
      })
    }

    test(`auth: live tokens work on, and nobody who works notices (${round})`, async (t) => {
      let seenBefore = 0
      const took = await killed('auth', async () => {
        seenBefore = load.refusals.length
        const jwks = `${issuerOf(fleet.publicUrl)}/jwks`
        assertSaysWhen(await awaitNamed('auth', () => get(jwks)))
        const before = { ...load.progress }
        const worked = () => Object.entries(load.progress).some(([kind, turns]) => turns > (before[kind] ?? 0))
        await until('work goes on without auth', worked)
      })
      assert.equal(load.refusals.length, seenBefore, JSON.stringify(load.refusals.at(-1)?.body))
      t.diagnostic(took)
    })

    test(`gateway: the servers behind it live on (${round})`, async (t) => {
      const took = await killed('gateway', async () => {
        const servers = await Promise.all(Object.values(behindGateway).map(isReady))
        assert.ok(servers.every(Boolean), String(servers))
      })
      t.diagnostic(took)
    })

    test(`PostgreSQL: the servers answer that they are away and come back by themselves (${round})`, async (t) => {
      const took = await killed('postgres', () =>
        until('somebody was told that the database is away', () => load.refusals.at(-1)?.body?.code === 'unavailable'),
      )
      t.diagnostic(took)
    })
  }

  test('everything acknowledged is in the books exactly once, and nothing else', async (t) => {
    await load.stop()
    const { reorders, reservations, cart, orders } = load.acknowledged
    const urls = {
      wms: fleet.databaseUrl('wms'),
      catshop: fleet.databaseUrl('catshop'),
      oms: fleet.databaseUrl('oms'),
    }
    const whose = { ops: 'staff-ops', collector: 'demo3', shopper: 'cust-004', since }
    const books = await readBooks(urls, whose)

    assert.deepEqual(sorted(books.reorders), sorted(new Map(reorders.map((note) => [note, 1]))))
    const expected = reservations.map(({ orderRef, isReleased }) => {
      const state = isReleased ? 'released' : 'held'
      return [orderRef, { rows: 1, qty: RESERVED_UNITS, state }] as const
    })
    assert.deepEqual(sorted(books.reservations), sorted(new Map(expected)))
    assert.deepEqual(books.differences, [])
    assert.deepEqual(sorted(books.cart), sorted(cart))
    const bought = orders.map(
      ({ orderId, productId, quantity }) => [orderId, { lines: 1, productId, quantity }] as const,
    )
    assert.deepEqual(sorted(books.orders), sorted(new Map(bought)))
    const inCart = [...cart.values()].reduce((sum, units) => sum + units, 0)
    assert.deepEqual(books.effects, {
      create_reorder: reorders.length,
      reserve_stock: reservations.length,
      release_reservation: reservations.filter(({ isReleased }) => isReleased).length,
      add_to_cart: inCart + orders.length,
      checkout: orders.length,
    })
    assert.equal(fleet.output().match(/starting it again/g)?.length, kills)
    const effects = Object.values(books.effects).reduce((sum, count) => sum + count, 0)
    t.diagnostic(
      `${kills} processes ended, ${load.refusals.length} answers without effect, ${effects} effects: none lost, none doubled`,
    )
  })
})

const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => a.localeCompare(b))
