import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DomainService, signingAuthority, startDomainService } from '@backroom/fleet-testing'
import { until } from './ledger-service/client.ts'
import { orderDesk, relayShop } from './order-desk.ts'

// biome-ignore lint/suspicious/noExplicitAny: the tests look into tables of the library.
type AnyTables = any

describe('a service that acts for the customer who called it', () => {
  let orders: DomainService<AnyTables>
  let shop: DomainService<AnyTables>
  before(async () => {
    const authority = await signingAuthority()
    orders = await startDomainService({ service: orderDesk, authority, environment: { CALLS_PER_MINUTE: '20' } })
    shop = await startDomainService({ service: relayShop, authority, environment: { OMS_URL: orders.address } })
  })
  after(async () => {
    await shop.stop()
    await orders.stop()
    await orders.authority.close()
  })

  const relay = (args: Record<string, unknown>, account = 'demo1', scope?: string) =>
    shop.call('relay', args, { token: shop.tokenOf(account, scope) })
  const exchanged = (scope: string, client = 'catshop') =>
    orders.authority.sign({
      aud: 'http://localhost:8000/oms/mcp',
      sub: 'cust-001',
      customer_id: 'cust-001',
      client_id: client,
      act: { sub: client },
      scope,
    })
  const toolsFor = async (token: Promise<string>) => {
    const { result } = await orders.mcp('tools/list', {}, { token })
    return result.tools.map(({ name }: { name: string }) => name)
  }
  const lastAudit = async (tool: string) => {
    const rows = () =>
      orders.db.selectFrom('audit').where('tool', '=', tool).orderBy('id', 'desc').selectAll().execute()
    await until(`${tool} is audited`, async () => (await rows()).length > 0)
    const [row = assert.fail()] = await rows()
    return row
  }

  test('is seen as the customer, with the service as actor; as itself when it calls for itself', async () => {
    const { structuredContent } = await relay({ tool: 'search_orders' }, 'demo3')
    assert.deepEqual(structuredContent.answer, { kind: 'customer', subject: 'cust-003', actor: 'catshop' })
    const own = await relay({ tool: 'search_orders', as: 'itself' })
    assert.equal(own.structuredContent.code, 'policy_denied', 'the shop holds no oms:read of its own')
    assert.match(own.structuredContent.message, /oms:read/)
  })

  test('needs no second approval for a tool of the table, which the same person alone would need', async () => {
    const cancel = { tool: 'cancel_order', args: { order_id: 'o-1' } }
    assert.equal((await relay(cancel)).structuredContent.answer.subject, 'cust-001')
    const alone = await orders.call('cancel_order', { order_id: 'o-1' }, { token: orders.tokenOf('ops') })
    assert.equal(alone.structuredContent.status, 'pending_approval')
    assert.equal(alone.structuredContent.tier, 'A1')
  })

  test('gets no further than the customer let the caller', async () => {
    const { structuredContent } = await relay(
      { tool: 'cancel_order', args: { order_id: 'o-1' } },
      'demo1',
      'catshop:read',
    )
    assert.equal(structuredContent.code, 'policy_denied')
    assert.match(structuredContent.message, /oms:cancel/)
  })

  test('passes on what the callee says', async () => {
    const { structuredContent, isError } = await relay({ tool: 'cancel_order', args: { order_id: 'gone' } })
    assert.ok(isError)
    assert.equal(structuredContent.code, 'not_found')
    assert.deepEqual(structuredContent.details, { order_id: 'gone' })
  })

  test('may not write with a tool that the table does not name, whatever its scope', async () => {
    for (const token of [exchanged('oms:hold'), orders.tokenOfService('catshop', 'oms:hold')]) {
      const { structuredContent } = await orders.call('place_hold', {}, { token })
      assert.equal(structuredContent.code, 'policy_denied')
      assert.match(structuredContent.message, /catshop may not call place_hold/)
      assert.equal((await lastAudit('place_hold')).kind, 'refusal')
    }
    const { structuredContent } = await orders.call('place_hold', {}, { token: orders.tokenOf('ops') })
    assert.equal(structuredContent.subject, 'staff-ops')
  })

  test('service-only tools are offered to services and to those for whom a listed service acts, and to no one else', async () => {
    assert.ok((await toolsFor(exchanged('oms:checkout'))).includes('start_checkout'))
    assert.ok((await toolsFor(orders.tokenOfService('catshop'))).includes('start_checkout'))
    assert.ok(!(await toolsFor(exchanged('oms:checkout', 'rma'))).includes('start_checkout'))
    assert.ok(!(await toolsFor(orders.tokenOf('ops', 'oms:checkout'))).includes('start_checkout'))
    const direct = orders.call('start_checkout', { checkout_id: 'c' }, { token: orders.tokenOf('ops', 'oms:checkout') })
    await assert.rejects(direct, /Unknown tool/)
  })

  test('hears that a process is still running before it stops waiting', async () => {
    const call = { tool: 'start_checkout', args: { checkout_id: 'c-1' }, options: { timeoutMs: 900 } }
    const { structuredContent } = await relay(call)
    assert.deepEqual(structuredContent.answer, { status: 'in_progress', handle: 'c-1' })
  })

  test('leaves its name, the process and its approval in the trail; people cannot claim these', async () => {
    const options = { workflowId: 'checkout-7', approvalId: 'approval-9' }
    await relay({ tool: 'cancel_order', args: { order_id: 'o-2' }, options })
    const { subject, client_id, actor, workflow_id, approval_id, grant_id } = await lastAudit('cancel_order')
    assert.deepEqual(
      { subject, client_id, actor, workflow_id, approval_id, grant_id },
      {
        subject: 'cust-001',
        client_id: 'catshop',
        actor: 'catshop',
        workflow_id: 'checkout-7',
        approval_id: 'approval-9',
        grant_id: 'grant-1',
      },
    )
    const params = { name: 'place_hold', arguments: {}, _meta: { 'workflow-id': 'mine', 'approval-id': 'mine' } }
    await orders.mcp('tools/call', params, { token: orders.tokenOf('ops') })
    const row = await lastAudit('place_hold')
    assert.deepEqual([row.subject, row.workflow_id, row.approval_id], ['staff-ops', null, null])
  })

  test('no row of the trail holds a token', async () => {
    const rows = await orders.db.selectFrom('audit').selectAll().execute()
    assert.doesNotMatch(JSON.stringify(rows), /eyJ/)
  })

  test('is refused while a transaction is open', async () => {
    const within = await shop.call('call_within_transaction', {}, { token: shop.tokenOf('demo1') })
    assert.equal(within.structuredContent.code, 'internal')
  })

  test('a token whose actor is not its client, or is its own subject, is not accepted', async () => {
    const claims = { aud: 'http://localhost:8000/oms/mcp', scope: 'oms:read', sub: 'cust-001', customer_id: 'cust-001' }
    const forged = [
      { ...claims, client_id: 'app', act: { sub: 'catshop' } },
      { ...claims, client_id: 'catshop', act: {} },
      { ...claims, sub: 'catshop', customer_id: undefined, client_id: 'catshop', act: { sub: 'catshop' } },
    ]
    for (const one of forged)
      await assert.rejects(orders.call('search_orders', {}, { token: orders.authority.sign(one) }), /401/)
  })

  test('services are not limited as people and agents are', async () => {
    const many = (token: Promise<string>) =>
      Promise.all(Array.from({ length: 30 }, () => orders.mcp('tools/list', {}, { token })))
    const asService = await many(orders.tokenOfService('catshop'))
    assert.ok(asService.every(({ result }) => result))
    const asPerson = await many(orders.tokenOf('auditor'))
    assert.equal(asPerson.filter(({ result }) => result).length, 20)
  })

  test('a callee that stays away is not asked again for a while, and is found when it is back', async () => {
    const lost = await shop.replica({ environment: { OMS_URL: 'http://127.0.0.1:1' } })
    const ask = async () => {
      const { structuredContent } = await lost.call(
        'relay',
        { tool: 'search_orders' },
        { token: shop.tokenOf('demo1') },
      )
      assert.equal(structuredContent.code, 'unavailable')
      assert.equal(structuredContent.retryable, true)
      return String(structuredContent.message)
    }
    for (let failure = 0; failure < 5; failure++) assert.match(await ask(), /Orders does not answer/)
    assert.match(await ask(), /Orders has not answered for a while/)
  })
})
