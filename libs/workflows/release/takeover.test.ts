import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, afterEach, before, describe, test } from 'node:test'
import { type Connection, connect } from '@backroom/database'
import { domainDatabase, type TestDatabase } from '@backroom/fleet-testing'
import type { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { enqueue, inspect, retryParked } from '../src/index.ts'
import { askedOf, beginOne, effectsOf, newId, stateOf, until } from '../test/looking.ts'
import { journey, mark, poison, purchase, type Tables } from '../test/processes.ts'
import { replicasOver } from '../test/replicas.ts'
import { startEngine } from '../test/start-engine.ts'

const TAKEOVER_MS = 30_000
const LEGS = ['leg 1', 'leg 2', 'leg 3', 'leg 4', 'leg 5']
const BACK = ['back 5', 'back 4', 'back 3', 'back 2', 'back 1']

/** The processes of a service; this one only begins workflows and waits for them, as one on stdio does. */
describe('workflows of processes that are killed', () => {
  let database: TestDatabase
  let engine: Awaited<ReturnType<typeof startEngine>>
  let db: Kysely<Tables>
  let owner: Connection<unknown>
  let replicas: ReturnType<typeof replicasOver>

  before(async () => {
    database = await domainDatabase('oms', new URL('../test/migrations', import.meta.url))
    engine = await startEngine(database.url, { front: 'stdio' })
    db = engine.db
    replicas = replicasOver(database.url)
    owner = connect(database.ownerUrl, { schema: 'oms', poolSize: 1 })
  })
  afterEach(() => replicas.killAll())
  after(async () => {
    await replicas.close()
    await engine.stop()
    await owner.close()
    await database.drop()
  })

  test('a peer takes over what a killed process was running, and does no step twice', async (t) => {
    const [victim] = await Promise.all([replicas.start(), replicas.start()])
    const journeys = await Promise.all(Array.from({ length: 10 }, () => beginOne(db, journey, {})))
    const outcomes = journeys.map(({ outcome }) => outcome())
    await until('the first legs', async () => (await everyEffect()).length > 12)
    await replicas.kill(victim)
    const killed = Date.now()
    assert.deepEqual(await Promise.all(outcomes), Array(10).fill('arrived'))
    t.diagnostic(`all arrived ${Date.now() - killed} ms after the kill`)
    assert.ok(Date.now() - killed < TAKEOVER_MS)
    for (const { id } of journeys) assert.deepEqual(await effectsOf(db, id), LEGS)
  })

  test('the only process goes on where it was killed when it starts again', async () => {
    const victim = await replicas.start()
    const { id, outcome } = await beginOne(db, journey, {})
    const result = outcome()
    await until('the second leg', async () => (await effectsOf(db, id)).length >= 2)
    await replicas.kill(victim)
    await replicas.start()
    assert.equal(await result, 'arrived')
    assert.deepEqual(await effectsOf(db, id), LEGS)
  })

  test('a step that committed before its process could report it is not done again', async () => {
    const victim = await replicas.start()
    const release = await holdReports('leg 2')
    const { id, outcome } = await beginOne(db, journey, {})
    const result = outcome()
    await until('the second leg', async () => (await effectsOf(db, id)).length === 2)
    await replicas.kill(victim)
    await release()
    const { steps } = await inspect(id)
    assert.ok(!steps.some(({ name }) => name === 'leg 2'), 'the engine does not know that it ran')
    await replicas.start()
    assert.equal(await result, 'arrived')
    assert.deepEqual(await effectsOf(db, id), LEGS)
  })

  test('a process that is stopped leaves what it was running to a peer', async () => {
    const [leaving] = await Promise.all([replicas.start(), replicas.start()])
    const journeys = await Promise.all([1, 2, 3, 4].map(() => beginOne(db, journey, {})))
    const outcomes = journeys.map(({ outcome }) => outcome())
    await until('the first legs', async () => (await everyEffect()).length > 4)
    leaving.kill('SIGTERM')
    assert.deepEqual(await once(leaving, 'exit'), [0, null])
    assert.deepEqual(await Promise.all(outcomes), Array(4).fill('arrived'))
    for (const { id } of journeys) assert.deepEqual(await effectsOf(db, id), LEGS)
  })

  test('a process killed while it undoes is followed by one that undoes the rest, once', async () => {
    const victim = await replicas.start()
    const { id, outcome } = await beginOne(db, journey, { fails: true })
    const result = outcome()
    result.catch(() => undefined)
    await until('two ways back', async () => (await effectsOf(db, id)).length >= 7)
    await replicas.kill(victim)
    await replicas.start()
    await assert.rejects(result, ({ body }: BusinessError) => body.message === 'The road is closed.')
    assert.deepEqual(await effectsOf(db, id), [...LEGS, ...BACK])
    assert.equal(await stateOf(db, id), 'compensated')
  })

  test('a parked workflow stays parked when its process is killed, and goes on when retried', async () => {
    const victim = await replicas.start()
    const { id, outcome } = await beginOne(db, purchase, { deliver: { refuses: 1 } })
    const result = outcome()
    const parked = async () => (await stateOf(db, id)) === 'parked'
    await until('parked', parked)
    await replicas.kill(victim)
    await replicas.start()
    await until('taken over', async () => (await inspect(id)).attempts === 1)
    assert.ok(await parked())
    await retryParked(id)
    await result
    assert.deepEqual((await askedOf(db, id)).deliver, { times: 2, done: true })
  })

  test('the order within a partition outlives the process', async () => {
    const victim = await replicas.start()
    const start = (input: object) => ({ id: newId('in-order'), subject: 's', startedBy: 'oms', partition: 'p', input })
    const first = start({})
    const others = ['a', 'b', 'c'].map((text) => start({ text }))
    await enqueue(db, journey, first as never)
    for (const other of others) await enqueue(db, mark, other as never)
    await until('the first leg', async () => (await effectsOf(db, first.id)).length >= 1)
    await replicas.kill(victim)
    assert.equal(await stateOf(db, others[0]?.id ?? ''), 'running')
    await replicas.start()
    await until('all', async () => (await stateOf(db, others.at(-1)?.id ?? '')) === 'completed')
    const names = (await everyEffect()).filter(({ workflow_id }) => workflow_id.startsWith('in-order'))
    assert.deepEqual(
      names.map(({ name }) => name),
      [...LEGS, 'a', 'b', 'c'],
    )
  })

  test('a workflow that brings down every process that runs it waits for an operator', async () => {
    const { id } = await beginOne(db, poison, {})
    const first = await replicas.start()
    await until('the first end', async () => first.signalCode !== null)
    await sql`update saga set attempts = 3 where id = ${id}`.execute(db)
    const fifth = await replicas.start()
    await until('the fifth end', async () => fifth.signalCode !== null)
    await replicas.start()
    await until('parked', async () => (await stateOf(db, id)) === 'parked')
    assert.equal(await stateOf(db, id), 'parked')
    assert.match((await inspect(id)).parked?.reason ?? '', /ended 5 times/)
    assert.deepEqual(await effectsOf(db, id), ['before'])
  })

  test('a process whose lock is gone ends at once', async () => {
    const replica = await replicas.start()
    const gone = once(replica, 'exit')
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'oms_executor'`.execute(owner.db)
    assert.deepEqual(await gone, [1, null])
  })

  /** Keeps the engine from recording a step, until released; who waits to record it then is gone. */
  async function holdReports(step: string): Promise<() => Promise<void>> {
    await sql`select pg_advisory_lock(1)`.execute(owner.db)
    await sql
      .raw(`
        create function oms_workflow.hold() returns trigger language plpgsql as
          $$ begin perform pg_advisory_xact_lock(1); return new; end $$;
        create trigger hold before insert on oms_workflow.operation_outputs
          for each row when (new.function_name = '${step}') execute function oms_workflow.hold()`)
      .execute(owner.db)
    return async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`.execute(owner.db)
      await sql.raw('drop function oms_workflow.hold() cascade').execute(owner.db)
      await sql`select pg_advisory_unlock(1)`.execute(owner.db)
    }
  }

  const everyEffect = () => db.selectFrom('effect').selectAll().orderBy('id').execute()
})
