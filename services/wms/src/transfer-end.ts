import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { book, type Entry, expectInTransit, lockBalances, type StockPlace } from './stock.ts'
import {
  lockTransfer,
  readTransfer,
  reportTransfer,
  requireTransition,
  setStatus,
  type Transfer,
  type TransferLine,
} from './transfer.ts'

/** Units that came off the truck; `damaged` of the `qty` are unfit for sale. */
export interface TransferArrival {
  sku: string
  qty: number
  damaged: number
  lot?: string | undefined
  location?: string | undefined
}

/** What becomes of goods on the road when their transfer is cancelled. */
export const roadChoices = ['return_to_source', 'write_off'] as const
export type RoadChoice = (typeof roadChoices)[number]

/** Units of a line that are settled, and how. */
interface Settled {
  line: TransferLine
  qty: number
  as: 'qty_received' | 'qty_returned' | 'qty_lost'
  reason?: string
}

/**
 * Books the arrival of a transfer. What has not come yet stays on the way, unless `final` says that nothing more will
 * come: then it is lost, as a discrepancy.
 *
 * @throws {BusinessError} not_found; invalid_transition; invalid_argument for more than is on the way
 */
export async function receiveTransfer(
  db: Kysely<Tables>,
  id: string,
  { arrivals, final, actor }: { arrivals: readonly TransferArrival[]; final: boolean; actor: string },
): Promise<Transfer> {
  const transfer = await lockTransfer(db, id)
  requireTransition(transfer, 'received')
  await lockEnds(db, transfer)
  const entries: Entry[] = []
  const received: Settled[] = []
  for (const arrival of arrivals) {
    if (arrival.damaged > arrival.qty) throw moreDamaged(arrival)
    const settled = settle(transfer, arrival)
    received.push(...settled)
    entries.push(...arrivalEntries(transfer, arrival, settled, actor))
  }
  await book(db, entries)
  const lost = final
    ? openLines(transfer).map((line): Settled => ({ line, qty: open(line), as: 'qty_lost', reason: 'short' }))
    : []
  await settleLines(db, transfer, [...received, ...lost])
  await setStatus(db, transfer, openLines(transfer).length === 0 ? 'received' : 'partially_received')
  const units = received.map(({ line, qty }) => ({ sku: line.sku, qty }))
  const after = await readTransfer(db, id)
  await reportTransfer(db, 'transfer.received.v1', after, units)
  return after
}

/**
 * Calls a transfer off. Goods that are still in their warehouse are free again; for goods on the road somebody must say
 * whether they come back or are lost. Cancelling again answers with the transfer.
 *
 * @throws {BusinessError} not_found; invalid_transition once everything has arrived; invalid_argument without the choice
 */
export async function cancelTransfer(
  db: Kysely<Tables>,
  id: string,
  { reason, inTransit, actor }: { reason: string; inTransit?: RoadChoice | undefined; actor: string },
): Promise<Transfer> {
  const transfer = await lockTransfer(db, id)
  if (transfer.status === 'cancelled') return transfer
  requireTransition(transfer, 'cancelled')
  if (transfer.status !== 'ready_to_ship' && inTransit === undefined) throw choiceMissing(transfer)
  await lockEnds(db, transfer)
  const units = openLines(transfer).map((line) => ({ line, sku: line.sku, qty: open(line) }))
  if (transfer.status === 'ready_to_ship')
    await book(
      db,
      units.map(({ line }) => releaseEntry(transfer, line, actor)),
    )
  else {
    const back = inTransit === 'return_to_source'
    if (back)
      await book(
        db,
        units.map(({ line }) => returnEntry(transfer, line, actor)),
      )
    const as = back ? 'qty_returned' : 'qty_lost'
    await settleLines(
      db,
      transfer,
      units.map(({ line, qty }): Settled => ({ line, qty, as, reason })),
    )
  }
  await setStatus(db, transfer, 'cancelled', { cancel_reason: reason })
  const after = await readTransfer(db, id)
  await reportTransfer(db, 'transfer.cancelled.v1', after, units)
  return after
}

/** Units of a line that are still under way. */
export function open({ qty, qty_received, qty_returned, qty_lost }: TransferLine): number {
  return qty - qty_received - qty_returned - qty_lost
}

function openLines({ lines }: Transfer): TransferLine[] {
  return lines.filter((line) => open(line) > 0)
}

async function lockEnds(db: Kysely<Tables>, { from_warehouse, to_warehouse, lines }: Transfer): Promise<void> {
  const places = lines.flatMap(({ sku }): StockPlace[] => [
    { sku, warehouse: from_warehouse },
    { sku, warehouse: to_warehouse },
  ])
  await lockBalances(db, places, { create: true })
}

/** Counts an arrival on the lines it belongs to, which know at once. */
function settle(transfer: Transfer, { sku, qty, lot }: TransferArrival): Settled[] {
  const settled: Settled[] = []
  let missing = qty
  for (const line of openLines(transfer)) {
    if (line.sku !== sku || (lot !== undefined && line.lot !== lot)) continue
    const taken = Math.min(missing, open(line))
    if (taken === 0) break
    line.qty_received += taken
    missing -= taken
    settled.push({ line, qty: taken, as: 'qty_received' })
  }
  if (missing > 0) throw notOnTheWay(transfer, sku, lot, qty - missing, qty)
  return settled
}

/** Of what arrived of a SKU, the last units are the damaged ones. */
function arrivalEntries(transfer: Transfer, arrival: TransferArrival, settled: Settled[], actor: string): Entry[] {
  const cause = { type: 'transfer', id: transfer.id } as const
  const common = { sku: arrival.sku, warehouse: transfer.to_warehouse, kind: 'transfer_in', from: 'outside' } as const
  let sound = arrival.qty - arrival.damaged
  return settled
    .flatMap(({ line: { lot }, qty }): Entry[] => {
      const good = Math.min(sound, qty)
      sound -= good
      return [
        { ...common, to: 'available', qty: good, lot, putTo: arrival.location, cause, actor },
        { ...common, to: 'damaged', qty: qty - good, lot, cause, actor, reason: 'damaged on arrival' },
      ]
    })
    .filter(({ qty }) => qty > 0)
}

function releaseEntry({ id, from_warehouse }: Transfer, line: TransferLine, actor: string): Entry {
  const cause = { type: 'transfer', id } as const
  const { sku, qty } = line
  return { sku, warehouse: from_warehouse, kind: 'release', from: 'reserved', to: 'available', qty, cause, actor }
}

function returnEntry({ id, from_warehouse }: Transfer, line: TransferLine, actor: string): Entry {
  const cause = { type: 'transfer', id } as const
  const place = { sku: line.sku, warehouse: from_warehouse, lot: line.lot }
  return { ...place, kind: 'transfer_in', from: 'outside', to: 'available', qty: open(line), cause, actor }
}

/** Writes what became of units on the road; they are not expected any more. */
async function settleLines(db: Kysely<Tables>, transfer: Transfer, settled: readonly Settled[]): Promise<void> {
  for (const { line, qty, as, reason } of settled) {
    if (as !== 'qty_received') line[as] += qty
    await db
      .updateTable('transfer_line')
      .set({ [as]: line[as], ...(reason === undefined ? {} : { discrepancy_reason: reason }) })
      .where('transfer_id', '=', line.transfer_id)
      .where('line_no', '=', line.line_no)
      .execute()
  }
  await expectInTransit(
    db,
    settled.map(({ line: { sku }, qty }) => ({ sku, warehouse: transfer.to_warehouse, qty: -qty })),
  )
}

function moreDamaged({ sku, qty, damaged }: TransferArrival): BusinessError {
  const message = `${sku}: ${damaged} damaged of ${qty} received. qty counts the damaged units too.`
  return new BusinessError('invalid_argument', message)
}

function notOnTheWay(
  { id, lines }: Transfer,
  sku: string,
  lot: string | undefined,
  expected: number,
  qty: number,
): BusinessError {
  const name = lot === undefined ? sku : `${sku}, lot ${lot}`
  return new BusinessError('invalid_argument', `${id} still brings ${expected} units of ${name}, not ${qty}.`, {
    details: { on_the_way: lines.map((line) => ({ sku: line.sku, lot: line.lot, qty: open(line) })) },
    nextActions: [{ tool: 'adjust_stock', hint: 'Book what came on top as found.' }],
  })
}

function choiceMissing({ id }: Transfer): BusinessError {
  return new BusinessError('invalid_argument', `${id} is on the road. Say with in_transit what becomes of the goods.`, {
    details: { choices: roadChoices },
    nextActions: [
      { tool: 'cancel_transfer', arguments: { transfer_id: id, in_transit: 'return_to_source' } },
      { tool: 'cancel_transfer', arguments: { transfer_id: id, in_transit: 'write_off' } },
    ],
  })
}
