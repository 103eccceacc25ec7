import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { purchaseOrderStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { reportReceived } from '../facts.ts'
import { Day, Location, Lot, PoNumber, Quantity, Sku } from '../identifiers.ts'
import { OVER_RECEIPT_TOLERANCE, receiveGoods as receive } from '../receiving.ts'
import { purchaseOrderUri, stockUris } from '../uris.ts'

const SkuUnits = z.object({ sku: z.string(), qty: z.int() })

export const receiveGoods = defineTool({
  name: 'receive_goods',
  title: 'Receive goods',
  description: `Book a delivery for a purchase order, found by its number or by the supplier's shipping notice. Count every unit in qty and the unfit ones in damaged too. Sound units become available at once; what exceeds the order by more than ${OVER_RECEIPT_TOLERANCE * 100} % is quarantined. Differences come back as discrepancies.`,
  scope: 'wms:receive',
  effect: 'write',
  idempotent: true,
  input: z.object({
    po_number: PoNumber.optional(),
    asn: PoNumber.optional().describe("Number of the supplier's shipping notice, instead of po_number"),
    lines: z
      .array(
        z.object({
          sku: Sku,
          qty: Quantity.describe('Units that arrived, damaged ones included'),
          damaged: z.int().min(0).max(1_000_000).default(0).describe('Of these, units unfit for sale'),
          lot: Lot.optional().describe('Lot number on the goods; needed for SKUs that are kept by lot'),
          expires_on: Day.optional().describe('Day on which the lot expires'),
          location: Location.optional().describe('Where they are put; default: where the SKU is kept'),
        }),
      )
      .min(1)
      .max(200),
  }),
  output: z.object({
    receipt_id: z.string(),
    po_number: z.string(),
    po_status: z.enum(purchaseOrderStatuses),
    warehouse: z.string(),
    lines: z.array(SkuUnits.extend({ damaged: z.int(), expected: z.int() })),
    discrepancies: z.array(
      z.object({
        sku: z.string(),
        reason: z.enum(['short', 'over', 'damaged']),
        expected: z.int(),
        received: z.int(),
        damaged: z.int(),
      }),
    ),
    quarantined: z.array(SkuUnits).describe('Units beyond the order that wait for a decision'),
  }),
  text: ({ receipt_id, po_number, po_status, discrepancies }) =>
    `Receipt ${receipt_id} for ${po_number} (${po_status})${discrepancies.length > 0 ? `, ${discrepancies.length} discrepancies` : ''}`,
  handle: async ({ po_number, asn, lines }, { db, caller, changed }) => {
    const arrivals = lines.map(({ expires_on, ...line }) => ({ ...line, expiresOn: expires_on }))
    const receipt = await receive(db, orderWanted(po_number, asn), arrivals, caller.subject)
    const { number, warehouse_id, status } = receipt.order
    await reportReceived(db, receipt)
    changed(...stockUris(lines.map(({ sku }) => ({ sku, warehouse: warehouse_id }))), purchaseOrderUri(number))
    return {
      receipt_id: receipt.receiptId,
      po_number: number,
      po_status: status,
      warehouse: warehouse_id,
      lines: receipt.lines.map(({ sku, qty, damaged, expected }) => ({ sku, qty, damaged, expected })),
      discrepancies: receipt.discrepancies,
      quarantined: receipt.surplus,
    }
  },
})

function orderWanted(number: string | undefined, asn: string | undefined): { number: string } | { asn: string } {
  if (number !== undefined && asn === undefined) return { number }
  if (asn !== undefined && number === undefined) return { asn }
  throw new BusinessError('invalid_argument', 'Give either po_number or asn, and only one of them.')
}
