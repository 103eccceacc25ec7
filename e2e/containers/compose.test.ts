import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type DomainName, resourceUrl } from '@backroom/access'
import { signInForToken } from '@backroom/auth/sign-in'
import { freePort } from '@backroom/fleet'
import { composition } from '../src/containers/engine.ts'
import { costs, costTable } from '../src/containers/measure.ts'
import { subscribe } from '../src/containers/subscription.ts'
import { type Acknowledged, type Load, startLoad } from '../src/crash/load.ts'
import { persistentCaller } from '../src/crash/persistent-caller.ts'
import { plentiful } from '../src/crash/plentiful.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { DEMO_PASSWORD } from '../src/sign-in.ts'
import { until } from '../src/until.ts'

/** `npm run test:compose`: docker-compose.yml as operators run it, in the engine that DOCKER_HOST names. */
const CALLS_PER_MINUTE = 3_000
const POSTGRES_AWAY_MS = 20_000
const PRODUCTS = 80
const READ_MEASURES = "fetch('http://127.0.0.1:9000/metrics').then(async (answer) => console.log(await answer.text()))"
const root = join(import.meta.dirname, '..', '..')

describe('the fleet in containers', async () => {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const fleet = composition('backroom-test', {
    ...{ PORT: String(port), PUBLIC_URL: publicUrl, TAG: 'test' },
    ...{ RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: String(CALLS_PER_MINUTE) },
  })
  const calls = plainCalls(publicUrl)
  const token = async (account: string, domain: DomainName) => {
    const login = { publicUrl, account, password: DEMO_PASSWORD, resource: resourceUrl(publicUrl, domain) }
    return (await signInForToken(login)).access_token
  }
  /** @param collector whose cart is filled; it takes 99 of each product */
  const startWork = async (collector: string): Promise<Load> => {
    const warehouse = await token('warehouse@example.com', 'wms')
    const plenty = await plentiful(calls, warehouse, PRODUCTS)
    return startLoad(calls, {
      ops: await token('ops@example.com', 'wms'),
      warehouse,
      sku: plenty[0]?.sku ?? '',
      products: plenty.slice(1).map(({ productId }) => productId),
      collector: await token(collector, 'catshop'),
      shopper: await token('demo4@example.com', 'catshop'),
    })
  }
  const servers = async () => [
    ...new Set((await fleet.containers()).filter(({ state }) => state === 'running').map(({ service }) => service)),
  ]
  const measuresOf = (id: string) => fleet.docker('exec', id, 'node', '--eval', READ_MEASURES)
  /** Starts so many of each server, and waits until the gateway knows them all. */
  const scale = async (replicas: Record<string, number>) => {
    const counts = Object.entries(replicas)
    const options = counts.flatMap(([name, count]) => ['--scale', `${name}=${count}`])
    await fleet.compose('up', '--detach', '--no-recreate', ...options)
    await fleet.healthy()
    const [gateway] = await fleet.containers('gateway')
    const knowsAll = async () => {
      const measures = await measuresOf(gateway?.id ?? '')
      const isKnown = ([name, count]: [string, number]) =>
        measures.includes(`replicas{upstream="${name}",state="in_use",service="gateway"} ${count}\n`)
      return counts.every(isKnown)
    }
    await until('the gateway knows every replica', knowsAll, { everyMs: 500 })
  }
  /** Waits until every kind of work has gone on. */
  const everyoneWorks = async (load: Load) => {
    const reached = { ...load.progress }
    const goesOn = () => {
      if (load.failure) throw load.failure
      return Object.entries(load.progress).every(([kind, turns]) => turns > (reached[kind] ?? 0) + 1)
    }
    await until('all work goes on', goesOn, { limitMs: 90_000 })
  }

  before(async () => {
    await fleet.compose('down', '--volumes', '--remove-orphans', '--timeout', '5')
    await fleet.compose('up', '--build', '--detach')
    await fleet.healthy()
  })
  after(() => fleet.compose('down', '--volumes', '--remove-orphans', '--timeout', '5'))

  test('comes up from a clean checkout, with the gateway as its only door', async (t) => {
    const published = (await fleet.containers()).flatMap(({ service, published }) =>
      published.map((address) => `${service} ${address}`),
    )
    assert.deepEqual(published, [`gateway 127.0.0.1:${port}`])
    t.diagnostic(`\n${costTable(await costs(fleet))}`)
  })

  test('runs as nobody in particular, on files that cannot be changed', async () => {
    for (const { id, service, state } of await fleet.containers()) {
      if (state !== 'running' || service === 'postgres') continue
      const user = await fleet.docker('exec', id, 'id', '--user')
      assert.equal(user.trim(), '1000', service)
      await assert.rejects(fleet.docker('exec', id, 'touch', '/backroom/changed'), /Read-only file system/, service)
    }
  })

  test('serves the probe, and a client that signs in', async () => {
    for (const [domain, account] of [
      ['wms', 'ops@example.com'],
      ['catshop', 'demo1@example.com'],
    ] as const) {
      const probe = join(root, 'clients', 'probe', 'src', 'main.ts')
      const args = [probe, domain, '--url', publicUrl, '--account', account]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      assert.match(stdout, /inventory|catshop/)
    }
  })

  test('tells every measure that the alerts and panels ask for', async () => {
    await fleet.compose('up', '--detach', '--no-recreate', 'books')
    const told = new Set<string>()
    for (const { id, service, state } of await fleet.containers()) {
      if (state !== 'running' || ['postgres', 'psp'].includes(service)) continue
      const listens = () =>
        measuresOf(id).then(
          (measures) => {
            for (const [, name = ''] of measures.matchAll(/^# TYPE (\w+)/gm)) told.add(name)
            return true
          },
          () => false,
        )
      await until(`${service} tells its measures`, listens, { everyMs: 1_000 })
    }
    const asked = await askedMeasures()
    assert.ok(asked.length > 10)
    assert.deepEqual(
      asked.filter((name) => !told.has(name)),
      [],
    )
    await fleet.compose('rm', '--stop', '--force', 'books')
  })

  test('hears, remembers and counts the same on every replica', async () => {
    await scale({ wms: 3, oms: 2 })
    const warehouse = await token('warehouse@example.com', 'wms')
    const [product] = await plentiful(calls, warehouse, 1)
    const sku = product?.sku ?? ''
    const uri = `inventory://sku/${sku}`
    const watches = await Promise.all(Array.from({ length: 9 }, () => subscribe(publicUrl, 'wms', warehouse, [uri])))
    const client = persistentCaller(calls)
    const intent = { domain: 'wms' as const, token: warehouse, tool: 'reserve_stock', key: 'one-intent' }
    const args = { order_ref: 'one-intent', lines: [{ sku, qty: 1 }], ttl_s: 600 }
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.call({ ...intent, args })))
    for (const answer of answers) assert.deepEqual(answer, answers[0])
    await until('every stream has heard of it', () => watches.every(({ heard }) => heard.includes(uri)))
    for (const watch of watches) watch.close()

    const counted = await token('support@example.com', 'wms')
    const allowed = await burst(CALLS_PER_MINUTE + 400, async () => {
      const { status } = await calls.tool('wms', counted, 'get_stock', { skus: [sku] })
      return status === 200
    })
    assert.ok(Math.abs(allowed - CALLS_PER_MINUTE) <= CALLS_PER_MINUTE * 0.1, `${allowed} calls were let through`)
  })

  test('loses no call while every server is restarted in turn', async (t) => {
    const replaced = (await servers()).filter((name) => !['postgres', 'psp', 'gateway'].includes(name))
    await scale(Object.fromEntries(replaced.map((name) => [name, 2])))
    const load = await startWork('demo3@example.com')
    await everyoneWorks(load)
    for (const { id, service, state } of await fleet.containers()) {
      if (state !== 'running' || ['postgres', 'psp', 'gateway'].includes(service)) continue
      await fleet.docker('restart', '--time', '40', id)
      await fleet.healthy()
    }
    await everyoneWorks(load)
    await load.stop()
    const done = Object.values(load.progress).reduce((sum, turns) => sum + turns, 0)
    t.diagnostic(`${done} pieces of work done, ${load.refusals.length} answers asked to be repeated, none failed`)
    assert.ok(done > 100)
    const lost = load.refusals.filter((answer) => !answer || answer.status >= 500)
    assert.deepEqual(lost, [], 'no call met a server that was away')
  })

  test('recovers by itself when Postgres was away, and keeps what it acknowledged', async (t) => {
    const load = await startWork('demo5@example.com')
    await everyoneWorks(load)
    const [postgres] = await fleet.containers('postgres')
    await fleet.docker('stop', '--time', '60', postgres?.id ?? '')
    await sleep(POSTGRES_AWAY_MS)
    await fleet.docker('start', postgres?.id ?? '')
    const since = Date.now()
    await everyoneWorks(load)
    t.diagnostic(`all work went on ${((Date.now() - since) / 1_000).toFixed(1)} s after the database was back`)
    await fleet.healthy()
    await load.stop()
    await keeps(load.acknowledged)
    t.diagnostic(`${load.acknowledged.orders.length} orders acknowledged, each there as it was bought`)
    await provesItsBooks()
    const trails = await fleet.compose('run', '--rm', 'admin', 'audit', 'verify')
    assert.match(trails, /oms: \d+ rows, signed end at \d+/)
  })

  test('comes back from a backup with books that agree', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backroom-backup-'))
    try {
      const [postgres] = await fleet.containers('postgres')
      const inPostgres = (...command: string[]) => fleet.docker('exec', postgres?.id ?? '', ...command)
      await inPostgres('pg_dump', '--username=backroom', '--format=custom', '--file=/tmp/backup', 'backroom')
      await fleet.docker('cp', `${postgres?.id}:/tmp/backup`, join(folder, 'backup'))
      await fleet.compose('rm', '--stop', '--force')
      await fleet.docker('volume', 'rm', 'backroom-test_postgres-data')

      await fleet.compose('run', '--rm', 'migrate')
      const [empty] = await fleet.containers('postgres')
      await fleet.docker('cp', join(folder, 'backup'), `${empty?.id}:/tmp/backup`)
      const restore = ['pg_restore', '--username=backroom', '--dbname=postgres', '--clean', '--create', '--if-exists']
      await fleet.docker('exec', empty?.id ?? '', ...restore, '--exit-on-error', '/tmp/backup')
      await fleet.compose('up', '--detach')
      await fleet.healthy()
      await provesItsBooks()
      const warehouse = await token('warehouse@example.com', 'wms')
      const { body } = await calls.tool('wms', warehouse, 'get_stock', { skus: ['CAT-1004'] })
      assert.equal(body.items.length > 0, true)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  /** Everything that clients were told had happened is there, and once. */
  async function keeps({ orders, cart }: Acknowledged): Promise<void> {
    const { body } = await calls.tool('catshop', await token('demo5@example.com', 'catshop'), 'view_cart', {})
    const inCart = body.items.map(({ quantity }: { quantity: number }) => quantity)
    assert.deepEqual(inCart.toSorted(), [...cart.values()].toSorted())
    const shopper = await token('demo4@example.com', 'catshop')
    for (const { orderId, productId, quantity } of orders) {
      const { body } = await calls.tool('catshop', shopper, 'get_order_status', { order_id: orderId })
      const lines = body.line_items.map(({ item, quantity }: OrderLine) => [item.id, quantity.total])
      assert.deepEqual(lines, [[productId, quantity]], orderId)
    }
    assert.equal(new Set(orders.map(({ orderId }) => orderId)).size, orders.length)
  }

  async function provesItsBooks(): Promise<void> {
    await until(
      'the books agree',
      () =>
        fleet.compose('run', '--rm', 'reconcile').then(
          (report) => report.includes('The books agree'),
          () => false,
        ),
      { limitMs: 120_000, everyMs: 5_000 },
    )
  }
})

/** Names of all measures in the alert rules and the dashboards. */
async function askedMeasures(): Promise<string[]> {
  const folder = join(root, 'observability')
  const files = ['prometheus/alerts.yaml', 'grafana/dashboards/fleet.json', 'grafana/dashboards/books.json']
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const names = texts.join().matchAll(/\b(?:backroom|nodejs|process)_\w+/g)
  return [...new Set([...names].map(([name]) => name.replace(/_(bucket|count|sum)$/, '')))]
}

interface OrderLine {
  item: { id: string }
  quantity: { total: number }
}

/** How many of so many calls, 32 at a time, said yes. */
async function burst(count: number, call: () => Promise<boolean>): Promise<number> {
  let made = 0
  let yes = 0
  const caller = async () => {
    while (made++ < count) if (await call()) yes++
  }
  await Promise.all(Array.from({ length: 32 }, caller))
  return yes
}
