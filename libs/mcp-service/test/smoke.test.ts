import { test } from 'node:test'
import { call, send, startLedger } from './ledger-service/start.ts'
test('smoke', async () => {
  const ledger = await startLedger()
  for (const era of ['modern', 'legacy'] as const) {
    for (const [m, p] of [['tools/list', {}], ['server/discover', {}], ['tools/call', { name: 'get_balance', arguments: { account: 'a' } }],['tools/call', { name: 'nope', arguments: { account: 'a' } }],['resources/read', { uri: 'inventory://account/alpha' }],['resources/read', { uri: 'inventory://account/nobody' }],['resources/list', { }],['resources/templates/list', { }],['prompts/list', { }],['prompts/get', { name: 'review', arguments: {account: 'alpha'}}],['completion/complete', { ref: {type:'ref/prompt', name:'review'}, argument: {name:'account', value:'a'}}], ['tools/call', { name: 'post', arguments: { account: 'a', amount: 5 } }]] as const) {
      const r = await send({ ...ledger, era }, m, p)
      console.log(era, m, r.status, r.text.slice(0, 400))
    }
  }
  console.log(await call(ledger, 'post', { account: 'a', amount: 5, idempotency_key: 'k' }))
  console.log(await call(ledger, 'post', { account: 'a', amount: 5, idempotency_key: 'k' }))
  console.log((await ledger.db.selectFrom('audit').selectAll().execute()))
  await ledger.stop()
})
