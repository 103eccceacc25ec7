import { setTimeout as sleep } from 'node:timers/promises'
import { assessmentOf } from '../retail/after-sales.ts'
import { type Doings, mustAct } from './doings.ts'

const LOOK_MS = 200
const ARRIVAL_MS = 60_000

/** Waits until an order has come to its customer and is paid for; false when it has not within a minute. */
export async function arrived(doings: Doings, order_id: string): Promise<boolean> {
  const read = { domain: 'oms', who: 'ops' } as const
  for (const end = Date.now() + ARRIVAL_MS; Date.now() < end; await sleep(LOOK_MS)) {
    const { status, payment_status } = await mustAct(doings, 'get_order', { order_id }, read)
    if (status === 'completed' && payment_status === 'captured') return true
  }
  return false
}

/** The customer sends everything back, it is looked at and paid for. @returns what was to be refunded, in minor units */
export async function sendBack(doings: Doings, order_id: string): Promise<number> {
  const { rma_number, status } = await mustAct(doings, 'initiate_return', { order_id, reason: 'It does not fit' }, {})
  const desk = (tool: string, args: object = {}, key = '') =>
    mustAct(
      doings,
      tool,
      { rma_number, ...args },
      { domain: 'rma', who: 'returns', key: `${doings.prefix}-${tool}${key}` },
    )
  if (status === 'requested' || status === 'more_info') await desk('authorize_rma')
  const { lines } = (await desk('get_return')) as { lines: ReturnedLine[] }
  const units = lines.map(({ rma_line_id: line, qty_requested: qty }) => ({ line, qty }))
  await desk('receive_return', { lines: units })
  for (const unit of units) await desk('inspect_return', { ...unit, grade: 'A' }, unit.line)
  for (const { line: rma_line_id, qty } of units)
    await mustAct(
      doings,
      'set_disposition',
      { rma_line_id, qty, disposition: 'restock' },
      { domain: 'rma', who: 'returns', key: `${doings.prefix}-restock${rma_line_id}` },
    )
  const { resolution } = await desk('resolve_return', { kind: 'refund' })
  return resolution.amount_minor
}

interface ReturnedLine {
  rma_line_id: string
  qty_requested: number
}

/** The customer claims for a broken parcel, and the claim is paid. @returns what was to be refunded, in minor units */
export async function claimFor(doings: Doings, order_id: string): Promise<number> {
  const wish = { order_id, type: 'damaged', statement: 'The box was crushed' }
  const { claim_number } = await mustAct(doings, 'file_claim', wish, {})
  const desk = (tool: string, args: object, who = 'claims') =>
    mustAct(doings, tool, args, { domain: 'claims', who, key: `${doings.prefix}-${tool}` })
  await desk('assess_claim', assessmentOf(claim_number))
  const { requested_minor: amount_minor, version: expected_version } = await desk('get_claim', { claim_number })
  await desk('approve_claim', { claim_number, amount_minor, expected_version }, 'claims2')
  return (await desk('settle_claim', { claim_number, method: 'refund' })).amount_minor
}
