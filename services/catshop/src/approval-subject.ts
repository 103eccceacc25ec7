import { type ApprovalSubject, shortList } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { readCart } from './cart.ts'
import { getProduct, type ProductReference } from './catalogue.ts'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'

/** The cart that a call buys. */
export async function cartSubject(db: Kysely<Tables>, shopper: Shopper): Promise<ApprovalSubject> {
  const { lines, version } = await readCart(db, shopper)
  return { name: shortList(lines.map(({ quantity, name }) => `${quantity} × ${name}`)), version }
}

/** The product that a call buys, past the cart. */
export async function productSubject(
  db: Kysely<Tables>,
  reference: ProductReference,
  quantity: number,
): Promise<ApprovalSubject> {
  const { name } = await getProduct(db, reference)
  return { name: `${quantity} × ${name}`, version: 'new' }
}
