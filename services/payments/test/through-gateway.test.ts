import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from '@backroom/database'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Tables } from '../src/database-tables.ts'
import type { Provider } from '../src/provider/provider.ts'
import { simulatorProvider } from '../src/provider/simulator.ts'
import { until } from './simulator-process.ts'

const PSP_OFFSET = 110

let fleet: TestFleet
let provider: Provider

before(async () => {
  fleet = await startFleet({ only: ['auth', 'gateway', 'payments', 'psp'] })
  const secret = (await readFile(join(fleet.data, 'keys', 'psp-secret'), 'utf8')).trim()
  const url = `http://127.0.0.1:${fleet.port + PSP_OFFSET}`
  provider = simulatorProvider({ url, secret, publicUrl: fleet.publicUrl, answerLimitMs: 10_000 })
})

after(() => fleet.stop())

test('in a fleet, the customer and the notifications come through the gateway, also after the provider was killed', async () => {
  const { db, close } = connect<Tables>(fleet.databaseUrl('payments'), { schema: 'payments' })
  const outcome = await provider.authorize({
    ...{ operationId: 'aut_gateway', intentId: 'pay_gateway', orderRef: 'ord_1', customerId: 'cust-001' },
    ...{ amountMinor: 1_999, currency: 'USD', method: 'pm_sim_3ds' },
  })
  const page = outcome.status === 'requires_action' ? outcome.actionUrl : ''
  assert.ok(page.startsWith(fleet.publicUrl))
  const before = fleet.pid('psp')
  fleet.kill('psp')
  await until(() => fleet.pid('psp') !== before)
  const asked = await (await fetch(page)).text()
  assert.match(asked, /19\.99 USD/)
  const body = new URLSearchParams({ decision: 'approve' })
  assert.match(await (await fetch(page, { method: 'POST', body })).text(), /Payment approved/)
  const kept = await until(() =>
    db.selectFrom('provider_event').select(['type', 'attempts']).where('attempts', '>', 0).executeTakeFirst(),
  )
  assert.equal(kept.type, 'authorize.succeeded')
  const forged = await fetch(`${fleet.publicUrl}/payments/webhooks/simulator`, { method: 'POST', body: '{}' })
  assert.equal(forged.status, 400)
  await close()
})
