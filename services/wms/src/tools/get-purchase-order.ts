import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PoNumber } from '../identifiers.ts'
import { readPurchaseOrder } from '../purchase-order-view.ts'
import { PurchaseOrderDetail } from '../shapes.ts'

export const getPurchaseOrder = defineTool({
  name: 'get_purchase_order',
  title: 'Get purchase order',
  description: 'One purchase order with its lines and everything that was received for it.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({ po_number: PoNumber }),
  output: PurchaseOrderDetail,
  text: ({ po_number, status, expected_at }) => `${po_number} is ${status}, expected ${expected_at}`,
  handle: ({ po_number }, { db }) => readPurchaseOrder(db, po_number),
})
