import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { testDatabase } from '@backroom/fleet-testing'
import fc from 'fast-check'
import { sharedStore } from '../src/index.ts'

const WINDOW_MS = 60_000
const folder = { prefix: 'service', path: fileURLToPath(new URL('../../mcp-service/migrations', import.meta.url)) }

describe('a limit over several replicas', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  before(async () => {
    database = await testDatabase({ schema: 'wms', folders: [folder] })
  })
  after(() => database.drop())

  /** A replica's own store, on its own connections. */
  const replica = (name: string) => {
    const { db, close } = database.connect()
    const failures: unknown[] = []
    const store = new (sharedStore(db, name, (error) => failures.push(error)))({})
    const isAllowed = (key: string, max: number) =>
      new Promise<boolean>((resolve, reject) =>
        store.incr(
          key,
          (error, answer) => (error ? reject(error) : resolve((answer?.current ?? 0) <= max)),
          WINDOW_MS,
          max,
        ),
      )
    return { isAllowed, close, failures }
  }

  test('lets through what is allowed, and 2 % a replica more at most', async () => {
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 3 }),
        fc.infiniteStream(fc.nat()),
        async (max, count, turns) => {
          const replicas = Array.from({ length: count }, () => replica(`round ${round}`))
          round++
          const calls = Array.from({ length: 2 * max + 10 }, () => turns.next().value % count)
          const answers = await Promise.all(calls.map((turn) => replicas[turn]?.isAllowed('caller', max)))
          await Promise.all(replicas.map(({ close }) => close()))
          const allowed = answers.filter(Boolean).length
          const block = Math.max(1, Math.floor(max * 0.02))
          assert.ok(allowed <= max + count * Math.floor(max * 0.02), `${allowed} of ${max} were let through`)
          assert.ok(allowed >= max - count * block, `only ${allowed} of ${max} were let through`)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('counts each key for itself', async () => {
    const { isAllowed, close } = replica('keys')
    assert.equal(await isAllowed('one', 1), true)
    assert.equal(await isAllowed('one', 1), false)
    assert.equal(await isAllowed('other', 1), true)
    await close()
  })

  test('goes on alone while the database is away, and says so', async () => {
    const { isAllowed, close, failures } = replica('away')
    await isAllowed('another', 2)
    await close()
    assert.equal(await isAllowed('caller', 2), true)
    assert.equal(await isAllowed('caller', 2), true)
    assert.equal(await isAllowed('caller', 2), false)
    assert.equal(failures.length > 0, true)
  })
})
