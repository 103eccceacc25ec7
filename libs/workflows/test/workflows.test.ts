import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { domainDatabase, type TestDatabase } from '@backroom/fleet-testing'
import { BusinessError } from '@backroom/mcp-service/errors'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { compensate, enqueue, inspect, retryParked, send } from '../src/index.ts'
import { askedOf, beginOne, effectsOf, newId, stateOf, until } from './looking.ts'
import { chain, conversation, hurried, leaveEffect, mark, purchase, type Tables } from './processes.ts'
import { startEngine } from './start-engine.ts'

const migrations = new URL('migrations', import.meta.url)

describe('workflows of one process', () => {
  let database: TestDatabase
  let engine: Awaited<ReturnType<typeof startEngine>>
  let db: Kysely<Tables>
  const parked = (id: string) => until(`${id} parked`, async () => (await stateOf(db, id)) === 'parked')

  before(async () => {
    database = await domainDatabase('oms', migrations)
    // One connection: whatever is held across a call of another domain would stop the rest.
    engine = await startEngine(database.url, {
      poolSize: 1,
      schedules: [
        {
          name: 'tick',
          cron: '* * * * * *',
          run: (steps) =>
            steps.transaction('tick', async (trx) => {
              await leaveEffect(trx, 'tick', steps.workflowId)
            }),
        },
      ],
    })
    db = database.connect<Tables>().db
  })
  after(async () => {
    await engine.stop()
    await database.drop()
  })

  test('everyone who asks gets the outcome of the one run', async () => {
    const { id, beginAgain, outcome } = await beginOne(db, purchase, {})
    const [first, second] = await Promise.all([outcome(), outcome()])
    assert.equal(first.reserved, 'reserve')
    assert.deepEqual(second, first)
    await beginAgain()
    assert.deepEqual(await outcome(), first)
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'confirm'])
    assert.equal(await stateOf(db, id), 'completed')
  })

  test('a refusal undoes what was done, last first, and reaches the caller as it was', async () => {
    const { id, outcome } = await beginOne(db, purchase, { refuse: true })
    const refusal = await outcome().catch((error) => error)
    assert.ok(refusal instanceof BusinessError)
    assert.equal(refusal.body.code, 'insufficient_stock')
    assert.deepEqual(refusal.body.details, { available: 2 })
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'release'], 'the refused step left nothing')
    assert.equal((await askedOf(db, id)).refund?.times, 1)
    assert.equal(await stateOf(db, id), 'compensated')
    const { steps } = await inspect(id)
    assert.deepEqual(
      steps.map(({ name, error }) => (error ? `${name}: refused` : name)),
      ['reserve', 'pay', 'check: refused', 'refund', 'release'],
    )
  })

  test('whatever was done before a refusal is undone once, last first, and nothing else', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 8 }), async (length, refusedAt) => {
        const { id, outcome } = await beginOne(db, chain, { length, refusedAt })
        const refused = refusedAt < length
        const ended = await outcome().then(
          () => 'completed',
          ({ body }: BusinessError) => body.code,
        )
        assert.equal(ended, refused ? 'conflict' : 'completed')
        const done = Array.from({ length: refused ? refusedAt : length }, (_, step) => step)
        const undone = refused ? done.toReversed() : []
        const expected = [...done.map((step) => `do ${step}`), ...undone.map((step) => `undo ${step}`)]
        assert.deepEqual(await effectsOf(db, id), expected)
      }),
      { numRuns: 12 },
    ))

  test('a callee that is away or still busy is asked again with the same key', async () => {
    const { id, outcome } = await beginOne(db, purchase, { pay: { away: 2 }, deliver: { running: 1 } })
    assert.equal((await outcome()).paid, 3)
    const { pay, deliver } = await askedOf(db, id)
    assert.deepEqual(
      [pay, deliver],
      [
        { times: 3, done: true },
        { times: 2, done: true },
      ],
    )
  })

  test('a callee that stays away before the pivot has the workflow undone', async () => {
    const { id, outcome } = await beginOne(db, purchase, { pay: { away: 1_000 } })
    await assert.rejects(outcome(), ({ body }: BusinessError) => body.code === 'unavailable')
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'release'])
    assert.equal((await askedOf(db, id)).refund, undefined, 'what was never done is not undone')
  })

  test('a callee that refuses past the pivot parks the workflow until an operator retries it', async () => {
    const { id, outcome } = await beginOne(db, purchase, { deliver: { refuses: 1 } })
    const result = outcome()
    await parked(id)
    assert.match((await inspect(id)).parked?.reason ?? '', /cannot be done now/)
    await retryParked(id)
    assert.equal((await result).reserved, 'reserve')
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'confirm'])
    assert.equal((await askedOf(db, id)).deliver?.times, 2)
  })

  test('a callee that stays away past the pivot parks the workflow too', async () => {
    const { id, outcome } = await beginOne(db, purchase, { deliver: { away: 4 } })
    const result = outcome()
    for (;;) {
      await until('parked or done', async () => ['parked', 'completed'].includes(await stateOf(db, id)))
      if ((await stateOf(db, id)) === 'completed') break
      await retryParked(id).catch(() => undefined)
    }
    await result
    assert.deepEqual((await askedOf(db, id)).deliver, { times: 5, done: true })
  })

  test('an operator has a parked workflow undone', async () => {
    const { id, outcome } = await beginOne(db, purchase, { deliver: { refuses: 1_000 } })
    const result = outcome()
    result.catch(() => undefined)
    await parked(id)
    await compensate(id)
    await assert.rejects(result, ({ body }: BusinessError) => body.code === 'invalid_transition')
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'confirm', 'cancel', 'release'])
    assert.equal(await stateOf(db, id), 'compensated')
    await assert.rejects(compensate(id), ({ body }: BusinessError) => body.code === 'invalid_transition')
    await assert.rejects(retryParked(id), ({ body }: BusinessError) => body.code === 'invalid_transition')
  })

  test('an undoing that fails parks and is done after all', async () => {
    const { id, outcome } = await beginOne(db, purchase, { refuse: true, refund: { refuses: 1 } })
    const result = outcome()
    result.catch(() => undefined)
    await parked(id)
    assert.deepEqual(await effectsOf(db, id), ['reserve'], 'what comes before it waits')
    await retryParked(id)
    await assert.rejects(result, ({ body }: BusinessError) => body.code === 'insufficient_stock')
    assert.deepEqual(await effectsOf(db, id), ['reserve', 'release'])
    assert.deepEqual((await askedOf(db, id)).refund, { times: 2, done: true })
  })

  test('a workflow whose time has passed is undone', async () => {
    const { id, outcome } = await beginOne(db, hurried, {})
    await assert.rejects(outcome(), ({ body }: BusinessError) => body.details.reason === 'deadline_passed')
    assert.deepEqual(await effectsOf(db, id), ['first', 'undo first'])
  })

  test('a message reaches the workflow that waits for it, and none is none', async () => {
    const waiting = await beginOne(db, conversation, { waitMs: 20_000 })
    const answer = waiting.outcome()
    await until('the question', async () => (await effectsOf(db, waiting.id)).length === 1)
    await assert.rejects(
      db.transaction().execute(async (trx) => {
        await send(waiting.id, 'answer', 'taken back', trx)
        throw new Error('rolled back')
      }),
    )
    await send(waiting.id, 'answer', 'yes')
    assert.deepEqual(await answer, { answer: 'yes' })
    const alone = await beginOne(db, conversation, { waitMs: 100 })
    assert.deepEqual(await alone.outcome(), { answer: null })
  })

  test('an enqueued workflow runs if and only if its transaction commits, once', async () => {
    const start = (text: string) => ({ id: newId('mark'), subject: 's', input: { text }, startedBy: 'oms' })
    const [kept, lost] = [start('kept'), start('lost')]
    await db.transaction().execute((trx) => enqueue(trx, mark, kept))
    await enqueue(db, mark, kept)
    await assert.rejects(
      db.transaction().execute(async (trx) => {
        await enqueue(trx, mark, lost)
        throw new Error('rolled back')
      }),
    )
    await until('the mark', async () => (await stateOf(db, kept.id)) === 'completed')
    assert.deepEqual(await effectsOf(db, kept.id), ['kept'])
    assert.equal(await stateOf(db, lost.id), 'unknown')
  })

  test('a delayed workflow does not run before its time', async () => {
    const begun = Date.now()
    const id = newId('mark')
    await enqueue(db, mark, { id, subject: 's', input: { text: 'late' }, startedBy: 'oms', delayMs: 700 })
    await until('the mark', async () => (await stateOf(db, id)) === 'completed')
    assert.ok(Date.now() - begun >= 700)
  })

  test('workflows of one partition run in the order of their enqueueing', async () => {
    const subjects = ['a', 'b', 'c', 'd']
    const texts = Array.from({ length: 12 }, (_, place) => `${place}`)
    const enqueueAll = (subject: string) =>
      db.transaction().execute(async (trx) => {
        for (const text of texts) {
          const input = { text }
          await enqueue(trx, mark, {
            id: `${subject}:${newId('mark')}`,
            subject,
            input,
            startedBy: 'oms',
            partition: subject,
          })
        }
      })
    await Promise.all(subjects.map(enqueueAll))
    for (const subject of subjects) {
      const done = () =>
        db.selectFrom('effect').select('name').where('workflow_id', 'like', `${subject}:%`).orderBy('id').execute()
      await until(`all of ${subject}`, async () => (await done()).length === texts.length)
      assert.deepEqual(
        (await done()).map(({ name }) => name),
        texts,
      )
    }
  })

  test('a workflow that was begun and never asked for is started all the same', async () => {
    const { id } = await beginOne(db, purchase, {})
    await until('completed', async () => (await stateOf(db, id)) === 'completed')
  })

  test('a schedule runs when it is due, once each time', async () => {
    const ticks = () => effectsOf(db, 'tick')
    await until('three ticks', async () => (await ticks()).length >= 3)
    const seen = await ticks()
    assert.equal(new Set(seen).size, seen.length)
  })

  test('an unknown process is not found', async () => {
    await assert.rejects(inspect('nothing'), ({ body }: BusinessError) => body.code === 'not_found')
    await assert.rejects(send('nothing', 'answer', 1), ({ body }: BusinessError) => body.code === 'not_found')
  })
})
