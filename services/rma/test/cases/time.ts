import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../returns.ts'
import { oneLine, returns } from './server.ts'

const overdue = (rma_number: string) =>
  returns.db
    .updateTable('rma')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('number', '=', rma_number)
    .execute()
const status = async (rma_number: string) => (await returns.clerk.call('get_return', { rma_number })).body.status

describe('time', () => {
  it('ends what was not sent, tells the orders server, and leaves what is on its way', async () => {
    const [idle, sent] = [await oneLine('KIT-1', 1, 500), await oneLine('KIT-1', 1, 500)]
    const forgotten = (await returns.authorised(idle, 1)).rma_number
    const moving = (await returns.authorised(sent, 1)).rma_number
    await returns.done('issue_return_label', { rma_number: moving })
    returns.logistics.state.status = 'in_transit'
    for (const number of [forgotten, moving]) await overdue(number)
    await returns.runSchedule('expire_returns')
    assert.deepEqual([await status(forgotten), await status(moving)], ['expired', 'in_transit'])
    returns.logistics.state.status = 'labelled'
    await eventually(
      () => returns.taken(idle.line),
      (taken) => taken.join() === '0,0',
      'the entitlement',
    )
    assert.deepEqual(await returns.taken(sent.line), [1, 500])
    await eventually(
      () => returns.facts(forgotten),
      (told) => told.at(-1)?.type === 'return.expired.v1',
      'the fact',
    )
    const late = await returns.clerk.once('receive_return', {
      rma_number: forgotten,
      lines: [{ line: idle.line, qty: 1 }],
    })
    assert.equal(late.body.code, 'invalid_transition')
  })
})
