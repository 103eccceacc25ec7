import type { ApprovalSubject } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { readBins } from './bins.ts'
import type { Tables } from './database-tables.ts'
import { readPurchaseOrder } from './purchase-order-view.ts'
import type { StockPlace } from './stock.ts'
import { stockLevels } from './stock-levels.ts'

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

async function unitsIn(db: Kysely<Tables>, { location, lot, ...place }: CorrectedPlace): Promise<number> {
  const bins = (await readBins(db, [place])).filter(
    (bin) => bin.location === location && (lot === undefined || bin.lot === lot),
  )
  return bins.reduce((sum, { qty }) => sum + qty, 0)
}
