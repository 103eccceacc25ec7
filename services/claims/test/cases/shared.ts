import assert from 'node:assert/strict'
import type { DemoOrder } from '@backroom/demo-data'
import type { RestAnswer } from '@backroom/fleet-testing'
import { type Desk, openDesk } from '../desk.ts'

/** The desk that every test of this folder works at. */
export let desk: Desk

export async function openShared(): Promise<void> {
  desk = await openDesk()
}

export async function closeShared(): Promise<void> {
  await desk?.close()
}

let keys = 0

/** A key for one intent. */
export const key = () => `test-${++keys}`

/** The answer of a call that must succeed. */
export function ok({ status, body }: RestAnswer) {
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** The first line of an order, as a claim about so many of its units. */
export function lineOf(order: DemoOrder, qty = 1) {
  return [{ order_line_id: order.lines[0]?.orderLineId ?? '', qty }]
}

/** Opens a claim of the order's customer about one unit of its first line, as the claims desk. */
export async function opened(order: DemoOrder, changes: Record<string, unknown> = {}) {
  const args = { order_id: order.orderId, type: 'damaged', lines: lineOf(order), idempotency_key: key(), ...changes }
  return ok(await desk.account('claims').call('open_claim', args))
}

const none = { carrier_bp: 0, supplier_bp: 0, customer_bp: 0, retailer_bp: 0 }

/** An assessment that recommends approval. */
export const assessment = (claim_number: string) => ({
  claim_number,
  findings: 'The pictures show it.',
  liability: { ...none, carrier_bp: 10_000 },
  fraud_score: 3,
  recommendation: 'approve',
  idempotency_key: key(),
})

/** Opens and assesses a claim. */
export async function assessed(order: DemoOrder, changes: Record<string, unknown> = {}) {
  const { claim_number } = await opened(order, changes)
  ok(await desk.account('claims').call('assess_claim', assessment(claim_number)))
  return read(claim_number)
}

/** Opens, assesses and approves a claim, by two persons. */
export async function approved(order: DemoOrder, amount?: number, changes: Record<string, unknown> = {}) {
  await desk.allow('approve_claim')
  const { claim_number, requested_minor, version } = await assessed(order, changes)
  return ok(
    await desk.colleague().call('approve_claim', {
      claim_number,
      amount_minor: amount ?? requested_minor,
      expected_version: version,
      idempotency_key: key(),
    }),
  )
}

/** A claim as the claims desk reads it. */
export async function read(claim_number: string) {
  return ok(await desk.account('claims').call('get_claim', { claim_number }))
}

/** Asks until the answer fits; fails after ten seconds with the last one. */
export async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, what: string): Promise<T> {
  let answer = await ask()
  for (const end = Date.now() + 10_000; !fits(answer); answer = await ask()) {
    if (Date.now() > end) throw new Error(`${what} did not come about: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return answer
}

/** Types of the facts about a subject that were handed to the order process, in order. */
export async function factsOf(subject: string): Promise<string[]> {
  const rows: { input: { type: string } }[] = await desk.claims.runtime.db
    .selectFrom('saga')
    .select('input')
    .where('workflow', '=', 'report_fact')
    .where('subject', '=', subject)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ input }) => input.type)
}
