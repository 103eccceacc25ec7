import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { LineUnits } from './after-sales.ts'
import { type ProductReference, productIdOf } from './catalogue.ts'
import type { Tables } from './database-tables.ts'
import type { Order, OrderLine } from './order.ts'

/** Units of one product that a customer names. */
export interface ProductUnits {
  product: ProductReference
  quantity: number
}

/**
 * The lines of an order that hold named units. Of a product that stands on several lines the first with room is taken.
 *
 * @param room how many units of a line there may be
 * @throws {BusinessError} `not_found` for a product that is not in the order; `limit_exceeded` for more than there are
 */
export async function linesWith(
  db: Kysely<Tables>,
  order: Order,
  wanted: readonly ProductUnits[],
  room: (line: OrderLine) => number,
): Promise<LineUnits[]> {
  const taken = new Map<OrderLine, number>()
  for (const { product, quantity } of wanted) {
    const productId = await productIdOf(db, product)
    const lines = order.lines.filter((line) => line.product_id === productId)
    if (lines.length === 0) throw notInOrder(order, product)
    let left = quantity
    for (const line of lines) {
      const part = Math.min(left, room(line) - (taken.get(line) ?? 0))
      if (part > 0) taken.set(line, (taken.get(line) ?? 0) + part)
      left -= Math.max(0, part)
    }
    if (left > 0) throw tooMany(lines[0] as OrderLine, quantity, quantity - left)
  }
  return [...taken].map(([{ order_line_id }, qty]) => ({ order_line_id, qty }))
}

function notInOrder({ number, lines }: Order, product: ProductReference): BusinessError {
  return new BusinessError('not_found', `${number} has no product ${product}.`, {
    details: { product_ids: lines.map(({ product_id }) => product_id) },
  })
}

function tooMany({ title, product_id }: OrderLine, wanted: number, possible: number): BusinessError {
  return new BusinessError('limit_exceeded', `Of ${title}, ${possible} can be named here, not ${wanted}.`, {
    details: { product_id, possible },
  })
}
