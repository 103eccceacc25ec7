import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { service } from '../../src/service.ts'
import { oneLine, returns } from './server.ts'

const everything = 'rma:read rma:write rma:authorize rma:receive rma:inspect rma:resolve'

describe('a customer of the shop', () => {
  it('sees the own returns alone, and nothing that is not for customers', async () => {
    const mine = await oneLine('KIT-1', 2, 2_000, { customerId: 'cust-007' })
    const own = returns.customer('demo7')
    const rma = (await own.once('create_rma', { order_id: mine.orderId, reason: 'changed_mind' })).body
    assert.equal(rma.status, 'authorized', JSON.stringify(rma))
    const { rma_number } = rma
    assert.deepEqual(rma.allowed_actions, ['cancel_rma'])
    assert.deepEqual([rma.fraud_signals, rma.decision.by], [[], 'retailer'])
    const lists = (await own.call('list_returns', { limit: 100 })).body.items
    assert.ok(lists.length > 0)
    for (const { customer_id } of lists) assert.equal(customer_id, 'cust-007')
    const stranger = returns.customer('demo8', everything)
    const [{ rma_line_id: line }] = rma.lines
    const calls: Record<string, object> = {
      check_return_eligibility: { order_id: mine.orderId },
      get_return: { rma_number },
      create_rma: { order_id: mine.orderId },
      authorize_rma: { rma_number },
      reject_rma: { rma_number, note: 'x' },
      issue_return_label: { rma_number },
      receive_return: { rma_number, lines: [{ line, qty: 1 }] },
      inspect_return: { rma_number, line, qty: 1, grade: 'A' },
      set_disposition: { rma_line_id: line, disposition: 'restock', qty: 1 },
      propose_resolution: { rma_number },
      resolve_return: { rma_number, kind: 'refund' },
      advance_refund: { rma_number, amount_minor: 1 },
      approve_returnless: { rma_number },
      cancel_rma: { rma_number, reason: 'x' },
      extend_rma: { rma_number, days: 1 },
      link_carrier_claim: { rma_number, shipment_id: 'shp_1' },
      get_return_analytics: {},
    }
    for (const [tool, args] of Object.entries(calls)) {
      const reads = service.tools.find(({ name }) => name === tool)?.effect === 'read'
      const { status, body } = await (reads ? stranger.call(tool, args) : stranger.once(tool, args))
      assert.deepEqual([status, body.code], [404, 'not_found'], `${tool}: ${JSON.stringify(body)}`)
    }
    assert.deepEqual((await stranger.call('list_returns', { customer: 'cust-007' })).body.items, [])
    assert.deepEqual((await stranger.call('list_returns', { order: mine.orderId })).body.items, [])
    for (const uri of [`returns://rma/${rma_number}`, 'returns://queue/WH-1'])
      assert.ok(!(await stranger.mcp('resources/read', { uri })).contents, uri)
    assert.equal((await own.call('get_return', { rma_number })).body.version, rma.version)
  })
})
