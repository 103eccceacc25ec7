import { BusinessError, type ServiceCaller } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { getOrder } from '../order.ts'
import {
  type Difference,
  differencesOf,
  type PaymentView,
  readForReconciliation,
  type StockView,
  unfinished,
} from '../reconciliation.ts'
import { parcelsOf, type Tracked } from '../tracked-parcels.ts'
import { requireStaff } from '../viewer.ts'

const MOST_KEPT = 100

const DifferenceShape = z.object({
  order_id: z.string(),
  subject: z.string().describe('What was compared, such as payment.captured_minor'),
  expected: z.string().describe('What orders says'),
  actual: z.string().describe('What the other domain says'),
  found_at: z.string(),
})

export const reconcileOrder = defineTool({
  name: 'reconcile_order',
  title: 'Reconcile order',
  description:
    'Compare an order with what inventory, payments and logistics say of it, at this moment. unfinished names processes and facts that are still under way and explain a difference; get_saga tells how far they are. Without order_id: what the nightly comparison of all orders has found, oldest first.',
  scope: 'oms:read',
  effect: 'read',
  input: z.object({ order_id: OrderReference.optional() }),
  output: z.object({
    differences: z.array(DifferenceShape),
    unfinished: z.array(z.string()),
  }),
  text: ({ differences, unfinished: open }) =>
    `${differences.length} differences, ${open.length} processes or facts under way`,
  async handle({ order_id }, { db, caller, callService, isDeployed }) {
    requireStaff(caller)
    if (order_id === undefined) return { differences: await kept(db), unfinished: [] }
    const order = await getOrder(db, order_id)
    const [stock, payment, parcels, view] = await Promise.all([
      ask<StockView>(callService, 'wms', 'get_reservation', order.id),
      ask<PaymentView>(callService, 'payments', 'get_payment', order.id),
      isDeployed('tms') ? ask<Tracked>(callService, 'tms', 'track_shipment', order.id) : undefined,
      readForReconciliation(db, order),
    ])
    const found_at = new Date().toISOString()
    const shape = (difference: Difference) => ({ order_id: order.id, ...difference, found_at })
    return {
      differences: differencesOf(view, { stock, payment, parcels: parcels && parcelsOf(parcels) }).map(shape),
      unfinished: await unfinished(db, order),
    }
  },
})

/** What another domain says of an order; undefined when it knows nothing of it. */
async function ask<View>(
  callService: ServiceCaller,
  domain: 'wms' | 'payments' | 'tms',
  tool: string,
  orderId: string,
): Promise<View | undefined> {
  try {
    return (await callService(domain, tool, { order_ref: orderId })) as View
  } catch (error) {
    if (error instanceof BusinessError && error.body.code === 'not_found') return undefined
    throw error
  }
}

async function kept(db: Kysely<Tables>): Promise<z.input<typeof DifferenceShape>[]> {
  const rows = await db
    .selectFrom('order_difference')
    .selectAll()
    .orderBy('found_at')
    .orderBy('order_id')
    .limit(MOST_KEPT)
    .execute()
  return rows.map((row) => ({ ...row, found_at: row.found_at.toISOString() }))
}
