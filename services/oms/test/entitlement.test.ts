import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { type DrawRequest, drawEntitlement, releaseDraw, settleDraw } from '../src/entitlement.ts'
import { linesOf } from '../src/order-line.ts'
import { differences, lineOf, openDatabase, place } from './orders.ts'

describe('an entitlement', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
  })
  after(() => opened.database.drop())

  const newLine = async (qty: number, unitMinor = 1_000) => {
    const order = await place(db, [lineOf('E', qty, unitMinor)])
    const [line] = await linesOf(db, [order.id])
    assert.ok(line)
    return line.id
  }
  const draw = (request: Omit<DrawRequest, 'actor'>) =>
    db.transaction().execute((trx) => drawEntitlement(trx, { ...request, actor: 'test' }))
  const settle = (key: Parameters<typeof settleDraw>[1]) => db.transaction().execute((trx) => settleDraw(trx, key))
  const release = (key: Parameters<typeof settleDraw>[1]) => db.transaction().execute((trx) => releaseDraw(trx, key))
  const taken = (id: string) =>
    db.selectFrom('entitlement').selectAll().where('order_line_id', '=', id).executeTakeFirstOrThrow()
  const codeOf = (error: unknown) => (error instanceof BusinessError ? error.body.code : error)

  it('is never exceeded by 50 draws at once', async () => {
    const orderLineId = await newLine(10)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        draw({ orderLineId, source: 'rma', sourceId: `rma_${index}`, qty: 1, minor: 1_000 }),
      ),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(outcomes.length - refused.length, 10)
    for (const { reason } of refused) assert.equal(codeOf(reason), 'limit_exceeded')
    const { taken_qty, taken_minor } = await taken(orderLineId)
    assert.deepEqual([taken_qty, taken_minor], [10, 10_000])
    assert.deepEqual(await differences(db), [])
  })

  it('is drawn once by the same source, by however many calls at once', async () => {
    const orderLineId = await newLine(10)
    const request = { orderLineId, source: 'claim', sourceId: 'clm_1', qty: 3, minor: 3_000 } as const
    const draws = await Promise.all(Array.from({ length: 20 }, () => draw(request)))
    assert.equal(new Set(draws.map(({ id }) => id)).size, 1)
    assert.equal((await taken(orderLineId)).taken_qty, 3)
    await assert.rejects(draw({ ...request, qty: 4 }), (error) => codeOf(error) === 'conflict')
  })

  it('gives back once what was released, and never what was settled', async () => {
    const orderLineId = await newLine(2)
    const released = { orderLineId, source: 'rma', sourceId: 'rma_back' } as const
    await draw({ ...released, qty: 2, minor: 2_000 })
    await Promise.all(Array.from({ length: 5 }, () => release(released)))
    assert.equal((await taken(orderLineId)).taken_qty, 0)
    await assert.rejects(draw({ ...released, qty: 2, minor: 2_000 }), (error) => codeOf(error) === 'invalid_transition')
    const settled = { ...released, sourceId: 'rma_paid' }
    await draw({ ...settled, qty: 1, minor: 500 })
    await Promise.all(Array.from({ length: 5 }, () => settle(settled)))
    await assert.rejects(release(settled), (error) => codeOf(error) === 'invalid_transition')
    const { taken_qty, taken_minor } = await taken(orderLineId)
    assert.deepEqual([taken_qty, taken_minor], [1, 500])
  })

  it('lets either of a settlement and a release win, never both', async () => {
    const orderLineId = await newLine(1)
    const key = { orderLineId, source: 'claim', sourceId: 'clm_race' } as const
    await draw({ ...key, qty: 1, minor: 1_000 })
    const outcomes = await Promise.allSettled([settle(key), release(key), settle(key), release(key)])
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
    assert.deepEqual(await differences(db), [])
  })

  it('follows its draws whatever is drawn, settled and released', async () => {
    const act = fc.record({
      verb: fc.constantFrom('draw', 'draw', 'settle', 'release'),
      source: fc.constantFrom('rma' as const, 'claim' as const, 'goodwill' as const),
      sourceId: fc.constantFrom('1', '2', '3'),
      qty: fc.nat(4),
      minor: fc.nat(2_500),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 15 }), fc.boolean(), async (acts, atOnce) => {
        const orderLineId = await newLine(4, 999)
        const run = ({ verb, source, sourceId, qty, minor }: (typeof acts)[number]) => {
          const key = { orderLineId, source, sourceId: `${orderLineId}-${sourceId}` }
          const done = verb === 'draw' ? draw({ ...key, qty, minor }) : verb === 'settle' ? settle(key) : release(key)
          return done.catch((error) => assert.ok(error instanceof BusinessError, String(error)))
        }
        if (atOnce) await Promise.all(acts.map(run))
        else for (const each of acts) await run(each)
        const { taken_qty, compensable_qty, taken_minor, compensable_minor } = await taken(orderLineId)
        assert.ok(taken_qty <= compensable_qty && taken_minor <= compensable_minor)
        assert.deepEqual(await differences(db), [])
      }),
      { numRuns: 30 },
    )
  })
})
