import { z } from 'zod'
import { purchaseOrderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { PoNumber } from '../identifiers.ts'
import { cancelPurchaseOrder } from '../purchase-order.ts'
import { describeOrder } from '../purchase-order-view.ts'
import { PurchaseOrderDetail } from '../shapes.ts'
import { purchaseOrderUri, stockUris } from '../uris.ts'

export const cancelReorder = defineTool({
  name: 'cancel_reorder',
  title: 'Cancel reorder',
  description: 'Cancel a purchase order of which nothing has arrived yet. Cancelling again changes nothing.',
  scope: 'wms:reorder',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: () => ({ tier: 'A1', reason: 'it takes back an order that the supplier may be working on' }),
  subject: ({ po_number }, { db }) => purchaseOrderSubject(db, po_number),
  input: z.object({ po_number: PoNumber, reason: z.string().min(1).max(500) }),
  output: PurchaseOrderDetail,
  text: ({ po_number, status }) => `${po_number} is ${status}`,
  handle: async ({ po_number, reason }, { db, changed }) => {
    const order = await describeOrder(db, await cancelPurchaseOrder(db, po_number, reason))
    const places = order.lines.map(({ sku }) => ({ sku, warehouse: order.warehouse }))
    changed(...stockUris(places), purchaseOrderUri(po_number))
    return order
  },
})
