import { defineResource } from '../define.ts'
import { completeNumber, readPurchaseOrder } from '../purchase-order-view.ts'

export const purchaseOrder = defineResource({
  name: 'purchase_order',
  title: 'Purchase order',
  description: 'A purchase order with its lines and receipts.',
  uri: 'inventory://purchase-orders/{number}',
  scope: 'wms:read',
  subscribable: true,
  complete: { number: (typed, { db }) => completeNumber(db, typed) },
  read: ({ number = '' }, { db }) => readPurchaseOrder(db, number),
})
