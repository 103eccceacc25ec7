import { type ApprovalSubject, shortList } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { SkuQuantity } from './allocation.ts'
import { readBins } from './bins.ts'
import { finalLines, readCount } from './cycle-count.ts'
import type { Tables } from './database-tables.ts'
import { findLot } from './lot.ts'
import { readPurchaseOrder } from './purchase-order-view.ts'
import type { StockPlace } from './stock.ts'
import { stockLevels } from './stock-levels.ts'
import { readTransfer, type TransferLine } from './transfer.ts'
import { open } from './transfer-end.ts'

/** Where stock is corrected: of a bin, what lies in it counts and nothing else; without one, what the warehouse holds. */
export interface CorrectedPlace extends StockPlace {
  location?: string | undefined
  lot?: string | undefined
}

/** The stock that a correction changes. */
export async function stockSubject(db: Kysely<Tables>, place: CorrectedPlace): Promise<ApprovalSubject> {
  const { sku, warehouse, location, lot } = place
  const [level] = await stockLevels(db, [sku], { warehouse })
  const onHand = level?.on_hand ?? 0
  const inBin = location === undefined ? undefined : await unitsIn(db, place)
  return {
    name: `${sku} at ${warehouse}${location === undefined ? '' : `, bin ${location}`}${lot ? `, lot ${lot}` : ''}`,
    version: inBin ?? onHand,
    state: {
      'Units on hand in the warehouse': onHand,
      'Units available for sale': level?.available ?? 0,
      ...(inBin === undefined ? {} : { 'Units in the bin': inBin }),
    },
  }
}

/** The purchase order that a call changes. */
export async function purchaseOrderSubject(db: Kysely<Tables>, number: string): Promise<ApprovalSubject> {
  const { po_number, status, lines } = await readPurchaseOrder(db, number)
  const received = lines.map(({ qty_received }) => qty_received)
  return { name: po_number, version: `${status} ${received.join(' ')}`, state: { Status: status } }
}

/** The purchase order that a call places. */
export async function reorderSubject(
  db: Kysely<Tables>,
  { sku, quantity, warehouse }: StockPlace & { quantity: number },
): Promise<ApprovalSubject> {
  const [level] = await stockLevels(db, [sku], { warehouse })
  return {
    name: `${quantity} × ${sku} for ${warehouse}`,
    version: 'new',
    state: { 'Units on order': level?.incoming ?? 0 },
  }
}

/** Units that a call sets apart or gives back to sale; sales meanwhile do not matter to it. */
export async function quarantineSubject(
  db: Kysely<Tables>,
  { sku, warehouse, lot }: StockPlace & { lot?: string | undefined },
): Promise<ApprovalSubject> {
  const [level] = await stockLevels(db, [sku], { warehouse })
  const quarantined = level?.quarantined ?? 0
  const recall = lot === undefined ? undefined : (await findLot(db, sku, lot))?.recall_state
  return {
    name: `${sku} at ${warehouse}${lot ? `, lot ${lot}` : ''}`,
    version: `${quarantined} ${recall ?? ''}`,
    state: {
      'Units available for sale': level?.available ?? 0,
      'Units in quarantine': quarantined,
      ...(recall === undefined ? {} : { 'Recall of the lot': recall }),
    },
  }
}

/** The transfer that a call begins. */
export async function newTransferSubject(
  db: Kysely<Tables>,
  { from, to, lines }: { from: string; to: string; lines: readonly SkuQuantity[] },
): Promise<ApprovalSubject> {
  const skus = [...new Set(lines.map(({ sku }) => sku))]
  const levels = await stockLevels(db, skus, { warehouse: from })
  const units = shortList(lines.map(({ sku, qty }) => `${qty} × ${sku}`))
  return {
    name: `${units} from ${from} to ${to}`,
    version: 'new',
    state: Object.fromEntries(levels.map(({ sku, available }) => [`${sku} available at ${from}`, available])),
  }
}

/** The transfer that a call ends. */
export async function transferSubject(db: Kysely<Tables>, id: string): Promise<ApprovalSubject> {
  const { from_warehouse, to_warehouse, status, version, ended_at, lines } = await readTransfer(db, id)
  const sum = (units: (line: TransferLine) => number) => lines.reduce((all, line) => all + units(line), 0)
  return {
    name: `transfer ${id} from ${from_warehouse} to ${to_warehouse}`,
    version,
    state: {
      Status: status.replaceAll('_', ' '),
      'Units under way': ended_at === null ? sum(open) : 0,
      'Units that came back': sum(({ qty_returned }) => qty_returned),
      'Units lost': sum(({ qty_lost }) => qty_lost),
    },
  }
}

/** The count whose differences a call books. While it waits for a decision nobody counts. */
export async function countSubject(db: Kysely<Tables>, id: string): Promise<ApprovalSubject> {
  const { count, lines } = await readCount(db, id)
  const { status, round, warehouse_id } = count
  const different = finalLines(lines).filter(({ variance }) => variance !== 0)
  return {
    name: `count ${id} of ${warehouse_id}`,
    version: `${status} ${round}`,
    state: {
      Status: status,
      ...Object.fromEntries(
        different.map(({ sku, lot, location, expected, counted }) => [
          `Units of ${sku}${lot ? `, lot ${lot},` : ''} in ${location}`,
          status === 'posted' ? counted : expected,
        ]),
      ),
    },
  }
}

async function unitsIn(db: Kysely<Tables>, { location, lot, ...place }: CorrectedPlace): Promise<number> {
  const bins = (await readBins(db, [place])).filter(
    (bin) => bin.location === location && (lot === undefined || bin.lot === lot),
  )
  return bins.reduce((sum, { qty }) => sum + qty, 0)
}
