import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { type Adjustment, addAdjustments } from '../adjustment.ts'
import { cancelUnits, planCuts } from '../cancellation.ts'
import type { Tables } from '../database-tables.ts'
import { recordDemand } from '../demand.ts'
import { drawEntitlement } from '../entitlement.ts'
import { placeUnits } from '../fulfillment.ts'
import { placeHold } from '../hold.ts'
import { lockOrder, type Order } from '../order.ts'
import { type EditPlan, getChange, setChangeStatus } from '../order-edit.ts'
import { insertLines, linesOf, type NewLine } from '../order-line.ts'
import { recordEvent } from '../timeline.ts'
import { settleCuts } from './cut-units.ts'
import { freeStock, stockToFree, withinReach } from './free-stock.ts'
import { giveMoneyBack } from './money-back.ts'
import { sumBySku } from './sku-quantity.ts'
import { allocateHold, type Release, type Reservation, releaseStock, reserveStock } from './stock-calls.ts'
import { withdrawFrom } from './withdraw-from.ts'

export interface EditInput {
  orderId: string
  changeId: string
  actor: string
}

const HOLD_SECONDS = 600

/**
 * Does what a confirmed change says: holds the stock of what is added, stops what is taken out, changes the lines, then
 * gives the warehouses the new units and the customer the difference. When a warehouse has handed something over that was
 * to be taken out, that stays and nothing is added: the customer never owes more than before.
 */
export const editOrder = defineWorkflow<Tables>()({
  name: 'edit_order',
  kind: 'edit',
  deadlineMs: 600_000,
  async run(input: EditInput, steps): Promise<{ orderId: string; changeId: string }> {
    const { orderId, changeId } = input
    steps.undo('decline', ({ transaction }) =>
      transaction('decline', (db) => setChangeStatus(db, changeId, 'declined')),
    )
    const { plan, region } = await steps.transaction('plan', (db) => planOf(db, input))
    const held = plan.additions.length > 0 ? await holdStock(steps, changeId, plan.additions, region) : undefined
    const freed = await stopUnits(steps, input, plan)
    if (freed.released.length > 0) steps.pivot()
    const done = await steps.transaction('apply', (db) => apply(db, input, plan, freed))
    steps.pivot()
    if (held) await giveAdded(steps, input, done.added ? held : undefined)
    const reason = 'The order was changed'
    await giveMoneyBack(steps, { orderId, amountMinor: done.lessMinor, sourceId: changeId, reason })
    await steps.transaction('settle', async (db) => {
      await settleCuts(db, orderId, changeId)
      await setChangeStatus(db, changeId, 'applied')
    })
    return { orderId, changeId }
  },
})

async function planOf(db: Kysely<Tables>, { orderId, changeId }: EditInput) {
  const [{ plan }, { region }] = [await getChange(db, changeId), await lockOrder(db, orderId)]
  return { plan, region }
}

async function holdStock(
  steps: Steps<Tables>,
  ref: string,
  additions: readonly NewLine[],
  region: string,
): Promise<Reservation> {
  steps.undo('release', (undo) => releaseStock(undo, 'release', ref))
  return reserveStock(steps, 'reserve', { orderRef: ref, lines: sumBySku(additions), region, ttlSeconds: HOLD_SECONDS })
}

/** Stops units on their way, as far as a warehouse has not handed them over. */
async function stopUnits(steps: Steps<Tables>, { orderId }: EditInput, { cuts }: EditPlan): Promise<Release> {
  if (cuts.length === 0) return { released: [], kept: [] }
  return freeStock(steps, await steps.transaction('stock', (db) => stockToFree(db, { orderId, lines: cuts })))
}

/** The lines after the change, and by how many minor units the customer owes less. */
async function apply(
  db: Kysely<Tables>,
  { orderId, changeId, actor }: EditInput,
  plan: EditPlan,
  { released, kept }: Release,
): Promise<{ added: boolean; lessMinor: number }> {
  const order = await lockOrder(db, orderId)
  for (const units of released) await withdrawFrom(db, order, units)
  const lines = await linesOf(db, [orderId])
  const cuts = await planCuts(db, order, withinReach(lines, plan.cuts, kept))
  const whole = cuts.reduce((sum, { qty }) => sum + qty, 0) === plan.cuts.reduce((sum, { qty }) => sum + qty, 0)
  const additions = whole ? plan.additions : []
  for (const { orderLineId, qty, amountMinor: minor } of cuts)
    await drawEntitlement(db, { orderLineId, source: 'cancel', sourceId: changeId, qty, minor, actor })
  const reason = 'The order was changed'
  const cut = await cancelUnits(db, order, cuts, { reason, source: 'cancel', sourceId: changeId })
  const after = await addLines(db, cut, additions, lines.length + 1, { reason, changeId })
  await recordEvent(db, {
    orderId,
    type: 'order.edited',
    actor,
    data: {
      change_id: changeId,
      removed: cuts.map(({ line: { sku }, qty }) => ({ sku, qty })),
      added: sumBySku(additions),
      due_minor: after.due_minor,
    },
  })
  return { added: additions.length > 0, lessMinor: order.due_minor - after.due_minor }
}

async function addLines(
  db: Kysely<Tables>,
  order: Order,
  additions: readonly NewLine[],
  first: number,
  { reason, changeId }: { reason: string; changeId: string },
): Promise<Order> {
  if (additions.length === 0) return order
  const lines = await insertLines(db, order, additions, first)
  await recordDemand(db, order, lines)
  const adjustments = lines.map(
    ({ id, qty_ordered, paid_minor }): Adjustment => ({
      kind: 'edit',
      orderLineId: id,
      qty: qty_ordered,
      amountMinor: paid_minor,
      reason,
      source: 'edit',
      sourceId: changeId,
    }),
  )
  return addAdjustments(db, order, adjustments)
}

/** The held stock becomes the order's; a hold that was not needed is freed, and one that is over stops the order. */
async function giveAdded(
  steps: Steps<Tables>,
  { orderId, changeId }: EditInput,
  held: Reservation | undefined,
): Promise<void> {
  if (!held) {
    await releaseStock(steps, 'not_needed', changeId)
    return
  }
  const allocated = await allocateHold(steps, 'allocate', { checkoutId: changeId, orderId })
  await steps.transaction('place', async (db) => {
    const order = await lockOrder(db, orderId)
    const reason = `The stock for ${changeId} was gone before it could be allocated`
    if (!allocated) await placeHold(db, order, { kind: 'stock', reason, actor: 'orders' })
    else
      await placeUnits(
        db,
        order,
        held.reservations.map(({ warehouse, sku, qty }) => ({ warehouse, sku, qty })),
      )
  })
}
