import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { DomainName } from '@backroom/access'
import { demoOrders } from '@backroom/demo-data'
import { type RestAnswer, startFleet, type TestFleet } from '@backroom/fleet-testing'

describe('a return among the other servers', () => {
  let fleet: TestFleet
  const tokens = new Map<string, Promise<string>>()
  before(async () => {
    fleet = await startFleet({ environment: { LOG_LEVEL: 'warn' } })
  })
  after(() => fleet?.stop())

  const call = async (
    domain: DomainName,
    tool: string,
    args: object,
    account = 'returns',
  ): Promise<RestAnswer['body']> => {
    const name = `${account} ${domain}`
    const token = tokens.get(name) ?? fleet.token(`${account}@example.com`, domain)
    tokens.set(name, token)
    const response = await fetch(`${fleet.publicUrl}/${domain}/tools/${tool}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token}` },
      body: JSON.stringify(args),
    })
    const body = await response.json()
    assert.equal(response.status, 200, `${tool}: ${JSON.stringify(body)}`)
    return body
  }
  const once = (tool: string, args: object) => call('rma', tool, { idempotency_key: randomUUID(), ...args })

  /** A line of a demo order of which more than one unit can be returned. */
  const returnable = async () => {
    const delivered = demoOrders(new Date()).filter(({ deliveredAt }) => deliveredAt)
    for (const { orderId: order_id, lines } of delivered.toReversed()) {
      if (lines.every(({ quantity }) => quantity === 1)) continue
      const found = await call('rma', 'check_return_eligibility', { order_id, reason: 'defective' })
      const line = found.lines.find(({ qty, eligible }: { qty: number; eligible: boolean }) => eligible && qty > 1)
      if (line) return { order_id, line }
    }
    throw new Error('no demo order has more than one unit of a line to return')
  }

  it('is paid by payments for what was accepted, to the cent, and restocked by inventory', async () => {
    const { order_id, line } = await returnable()
    const { order_line_id, qty } = line
    const wish = { order_line_id, qty, reason: 'defective' }
    const opened = await once('create_rma', { order_id, lines: [wish] })
    const { rma_number } = opened
    if (opened.status !== 'authorized') await once('authorize_rma', { rma_number })
    const [{ rma_line_id }] = opened.lines
    await once('receive_return', { rma_number, lines: [{ line: rma_line_id, qty }] })
    const good = qty - 1
    await once('inspect_return', { rma_number, line: rma_line_id, qty: good, grade: 'A' })
    await once('inspect_return', { rma_number, line: rma_line_id, qty: 1, grade: 'D', accepted: false })
    const restocked = await once('set_disposition', { rma_line_id, disposition: 'restock', qty: good })
    assert.equal(restocked.status, 'booked')
    const { resolution, rma } = await call('rma', 'resolve_return', { rma_number, kind: 'refund' })
    const [{ paid_minor, qty_ordered }] = (await call('oms', 'get_order', { order_id })).lines.filter(
      (sold: { order_line_id: string }) => sold.order_line_id === order_line_id,
    )
    const amount = good * Math.floor(paid_minor / qty_ordered)
    assert.deepEqual([resolution.status, resolution.amount_minor, rma.status], ['succeeded', amount, 'resolved'])
    assert.ok(resolution.payment_refund_ref)
    const { payment, lines } = await call('oms', 'get_order', { order_id })
    assert.equal(payment.refunded_minor, amount)
    const back = lines.find((sold: { order_line_id: string }) => sold.order_line_id === order_line_id)
    assert.equal(back.qty_returnable, 1)
    const again = await call('rma', 'resolve_return', { rma_number, kind: 'refund' })
    assert.equal(again.resolution.resolution_id, resolution.resolution_id)
    assert.equal((await call('oms', 'get_order', { order_id })).payment.refunded_minor, amount)
  })

  it('is labelled by logistics, exchanged or credited by orders, and claimed from the carrier', async () => {
    const ways = ['exchange', 'store_credit', 'repair'] as const
    for (const kind of ways) {
      const { order_id, line } = await returnable()
      const { order_line_id } = line
      const opened = await once('create_rma', { order_id, lines: [{ order_line_id, qty: 1, reason: 'damaged_in_transit' }] })
      const { rma_number } = opened
      if (opened.status === 'requested') await once('authorize_rma', { rma_number })
      const labelled = await call('rma', 'issue_return_label', { rma_number, method: kind === 'repair' ? 'pickup' : 'print' })
      console.log(kind, labelled.label)
      const [{ rma_line_id }] = opened.lines
      await once('receive_return', { rma_number, lines: [{ line: rma_line_id, qty: 1 }] })
      await once('inspect_return', { rma_number, line: rma_line_id, qty: 1, grade: 'B' })
      const { shipments } = await call('oms', 'get_order', { order_id })
      if (kind === 'exchange')
        console.log(await call('rma', 'link_carrier_claim', { rma_number, shipment_id: shipments[0].shipment_ref }).catch((e) => String(e)))
      const { resolution, rma } = await call('rma', 'resolve_return', { rma_number, kind })
      console.log(resolution, rma.status)
    }
  })
})
