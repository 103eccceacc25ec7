import { z } from 'zod'
import { reorderPolicy } from '../approval-policy.ts'
import { reorderSubject } from '../approval-subject.ts'
import { purchaseOrderStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { report } from '../facts.ts'
import { Day, Quantity, Sku, WarehouseId } from '../identifiers.ts'
import { placePurchaseOrder } from '../purchase-order.ts'
import { purchaseOrderUri, stockUris } from '../uris.ts'

export const createReorder = defineTool({
  name: 'create_reorder',
  title: 'Create reorder',
  description: 'Place a replenishment purchase order for a SKU at a warehouse.',
  scope: 'wms:reorder',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  approval: ({ sku, quantity }, { db, caller }) =>
    reorderPolicy(db, { units: [{ sku, qty: quantity }], account: caller.subject }),
  subject: (reorder, { db }) => reorderSubject(db, reorder),
  input: z.object({
    sku: Sku,
    quantity: Quantity.describe('Units of the SKU'),
    warehouse: WarehouseId,
    expected_at: Day.optional().describe('Day the goods should arrive; default: the lead time of the supplier'),
    plan_id: z.string().max(64).optional().describe('Plan of suggest_reorders that this line is from; ordered once'),
    note: z.string().max(500).optional().describe('Note to the supplier'),
  }),
  output: z.object({ po_id: z.string(), po_number: z.string(), status: z.enum(purchaseOrderStatuses) }),
  text: ({ po_number }, { sku, quantity, warehouse }) =>
    `Reorder placed: PO #${po_number} (${quantity}× ${sku} → ${warehouse})`,
  handle: async ({ sku, quantity, warehouse, expected_at, plan_id, note }, { db, caller, changed }) => {
    const actor = caller.subject
    const reorder = { sku, quantity, warehouse, expectedAt: expected_at, planId: plan_id, note, actor }
    const { id, number, status } = await placePurchaseOrder(db, reorder)
    await report(db, 'po.ordered.v1', number, { po_number: number, warehouse, status, lines: [{ sku, qty: quantity }] })
    changed(...stockUris([{ sku, warehouse }]), purchaseOrderUri(number))
    return { po_id: id, po_number: number, status }
  },
})
