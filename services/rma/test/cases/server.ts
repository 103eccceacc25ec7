import assert from 'node:assert/strict'
import { openReturns, type Returns } from '../returns.ts'

/** The server that every test of this folder works with. */
export let returns: Returns

/** Starts it; `closeReturns` stops it. */
export async function openForAll(): Promise<void> {
  returns = await openReturns()
}

export async function closeReturns(): Promise<void> {
  await returns?.close()
}

/** An order of one line, delivered a few days ago. */
export async function oneLine(sku: string, qty: number, paidMinor: number, terms: object = {}) {
  const order = await returns.sold([{ sku, qty, paidMinor }], terms)
  const [line] = order.lines
  assert.ok(line)
  return { ...order, line: line.order_line_id }
}

/** What every test may say at its end: units and money of all returns are right. */
export async function allIsRight(): Promise<void> {
  assert.deepEqual(await returns.differences(), [])
}
