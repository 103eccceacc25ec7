import type { Hold } from './hold.ts'
import type { Order } from './order.ts'
import type { OrderLine } from './order-line.ts'
import type { Viewer } from './viewer.ts'

interface Situation {
  order: Order
  lines: readonly OrderLine[]
  holds: readonly Hold[]
}

const living = ['confirmed', 'processing', 'on_hold', 'partially_cancelled']

/** Whether an order is still being worked on. */
export function isLiving({ status }: Pick<Order, 'status'>): boolean {
  return living.includes(status)
}

/** Names of the tools that make sense for an order as it is; a customer hears of those for customers. */
export function allowedActions({ order, lines, holds }: Situation, { customerId }: Viewer): string[] {
  const unsent = lines.some(({ qty_current, qty_shipped }) => qty_current > qty_shipped)
  const returnable = lines.some(({ qty_delivered, qty_returned }) => qty_delivered > qty_returned)
  const changeable = isLiving(order) && unsent
  const forAll = { cancel_order: changeable, initiate_return: returnable }
  const forStaff = {
    place_hold: isLiving(order) || order.status === 'pending',
    release_order_hold: holds.length > 0,
    propose_order_edit: changeable,
    update_shipping_address: changeable,
    set_promise_date: changeable,
    mark_backorder: changeable,
    route_order: changeable && order.status !== 'on_hold',
    add_order_note: true,
  }
  const actions: Record<string, boolean> = customerId === undefined ? { ...forAll, ...forStaff } : forAll
  return Object.keys(actions).filter((name) => actions[name])
}
