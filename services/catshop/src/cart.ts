import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import { getProduct, type ProductReference, productIdOf } from './catalogue.ts'
import { type CartCoupon, couponFor } from './coupon.ts'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import type { PurchaseOrder } from './purchase-order.ts'

/** Most units of one product in a cart. */
export const MOST_UNITS = 99

/** One product in a cart. The price that counts is the current one. */
export interface CartLine {
  productId: string
  legacyNo: number
  sku: string
  name: string
  quantity: number
  unitPriceMinor: number
  currency: string
  /** Price when the line was added or last changed. */
  addedAtPriceMinor: number
  /** False when the shop has stopped selling it; such a line cannot be bought. */
  active: boolean
}

/** A cart as it stands. `version` changes with every change of its lines or its coupon; 0 before the first. */
export interface Cart {
  version: number
  lines: CartLine[]
  coupon: CartCoupon | undefined
  /** What the shopper should know: prices that moved, products that are gone, a limit that was met. */
  notices: string[]
}

/** Adds units to a line, up to {@link MOST_UNITS}. Additive: concurrent calls add up. */
export async function addToCart(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<Cart> {
  const product = await getProduct(db, reference)
  await dropExpiredLines(db, shopper)
  const { rows } = await sql<{ quantity: number; asked: number }>`
    with touched as (
      insert into cart (username, expires_at) values (${shopper.username}, now() + interval '30 days')
      on conflict (username) do update set version = cart.version + 1, expires_at = excluded.expires_at
      returning username
    )
    insert into cart_items (username, product_id, quantity, price_minor)
    select username, ${product.product_id}, ${quantity}, ${product.price_minor} from touched
    on conflict (username, product_id) do update
      set quantity = least(cart_items.quantity + excluded.quantity, ${MOST_UNITS}), price_minor = excluded.price_minor
    returning new.quantity, coalesce(old.quantity, 0) + ${quantity}::int as asked`.execute(db)
  const capped = rows.some((row) => row.asked > row.quantity)
  return readCart(
    db,
    shopper,
    capped ? [`The cart holds at most ${MOST_UNITS} of ${product.name}, and now it does.`] : [],
  )
}

/** Sets the units of a line, adding the line when it is missing; 0 removes it. */
export async function setQuantity(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<Cart> {
  if (quantity === 0) return removeFromCart(db, shopper, reference)
  const product = await getProduct(db, reference)
  await touch(db, shopper)
  await db
    .insertInto('cart_items')
    .values({
      username: shopper.username,
      product_id: product.product_id,
      quantity,
      price_minor: product.price_minor,
    })
    .onConflict((conflict) =>
      conflict.columns(['username', 'product_id']).doUpdateSet({ quantity, price_minor: product.price_minor }),
    )
    .execute()
  return readCart(db, shopper)
}

/** Takes a product out of the cart; nothing happens when it is not in it. */
export async function removeFromCart(db: Kysely<Tables>, shopper: Shopper, reference: ProductReference): Promise<Cart> {
  const productId = await productIdOf(db, reference)
  await touch(db, shopper)
  await db
    .deleteFrom('cart_items')
    .where('username', '=', shopper.username)
    .where('product_id', '=', productId ?? null)
    .execute()
  return readCart(db, shopper)
}

/**
 * Puts a coupon on the cart in place of another one.
 *
 * @throws {BusinessError} `not_found` for an unknown code, `conflict` for one that this customer cannot use now
 */
export async function applyCoupon(db: Kysely<Tables>, shopper: Shopper, code: string): Promise<Cart> {
  const cart = await readCart(db, shopper)
  const coupon = await couponFor(db, shopper, code, subtotalOf(cart.lines))
  if (!coupon) throw new BusinessError('not_found', `There is no coupon ${code}.`)
  if ('refused' in coupon) throw new BusinessError('conflict', coupon.refused, { details: { code: coupon.code } })
  await touch(db, shopper)
  await db.updateTable('cart').set({ coupon_code: coupon.code }).where('username', '=', shopper.username).execute()
  return readCart(db, shopper)
}

/** Locks the cart until the end of the transaction: what is read from it next stays as it is. */
export async function lockCart(db: Kysely<Tables>, { username }: Shopper): Promise<void> {
  await db.selectFrom('cart').select('version').where('username', '=', username).forUpdate().execute()
}

/** Takes out what was bought, and the coupon if it was used; what was added meanwhile stays. */
export async function takeBought(
  db: Kysely<Tables>,
  customerId: string,
  { lines, coupon_code }: Pick<PurchaseOrder, 'lines' | 'coupon_code'>,
): Promise<void> {
  const bought = JSON.stringify(lines.map(({ product_id, qty }) => ({ product_id, qty })))
  await sql`
    with owner as (
      update cart set version = version + 1,
        coupon_code = case when coupon_code = ${coupon_code ?? null} then null else coupon_code end
      where username = (select username from customer where customer_id = ${customerId})
      returning username
    ), bought as (
      select * from jsonb_to_recordset(${bought}::jsonb) as line(product_id text, qty integer)
    ), emptied as (
      delete from cart_items using owner, bought
      where cart_items.username = owner.username and cart_items.product_id = bought.product_id and quantity <= qty
    )
    update cart_items set quantity = quantity - qty from owner, bought
    where cart_items.username = owner.username and cart_items.product_id = bought.product_id and quantity > qty`.execute(
    db,
  )
}

/** The cart with current prices. */
export async function readCart(db: Kysely<Tables>, shopper: Shopper, notices: string[] = []): Promise<Cart> {
  const cart = await db
    .selectFrom('cart')
    .select((select) => ['version', 'coupon_code', jsonArrayFrom(linesOf(select)).as('lines')])
    .where('username', '=', shopper.username)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  if (!cart) return { version: 0, lines: [], coupon: undefined, notices }
  const { version, coupon_code, lines } = cart
  const coupon = coupon_code === null ? undefined : await couponFor(db, shopper, coupon_code, subtotalOf(lines))
  const refused = coupon && 'refused' in coupon && lines.length > 0 ? [coupon.refused] : []
  return { version, lines, coupon, notices: [...notices, ...lines.flatMap(noticesOf), ...refused] }
}

/** Sum of the lines that can be bought, in minor units. */
export function subtotalOf(lines: CartLine[]): number {
  return lines.reduce((sum, line) => sum + (line.active ? line.quantity * line.unitPriceMinor : 0), 0)
}

function linesOf(cart: ExpressionBuilder<Tables, 'cart'>) {
  return cart
    .selectFrom('cart_items')
    .innerJoin('product', 'product.product_id', 'cart_items.product_id')
    .innerJoin('variant', 'variant.product_id', 'product.product_id')
    .select([
      'cart_items.product_id as productId',
      'legacy_no as legacyNo',
      'variant.sku',
      'product.name',
      'quantity',
      'product.price_minor as unitPriceMinor',
      'product.currency',
      'cart_items.price_minor as addedAtPriceMinor',
      'active',
    ])
    .distinctOn(['added_at', 'cart_items.product_id'])
    .whereRef('cart_items.username', '=', 'cart.username')
    .orderBy('added_at')
    .orderBy('cart_items.product_id')
    .orderBy('variant.sku')
}

function noticesOf(line: CartLine): string[] {
  if (!line.active) return [`${line.name} is no longer sold. Remove it before you check out.`]
  if (line.unitPriceMinor === line.addedAtPriceMinor) return []
  const [was, is] = [line.addedAtPriceMinor, line.unitPriceMinor].map((price) => formatMoney(price, line.currency))
  return [`The price of ${line.name} changed from ${was} to ${is} since you added it.`]
}

async function dropExpiredLines(db: Kysely<Tables>, { username }: Shopper): Promise<void> {
  await sql`
    delete from cart_items using cart
    where cart_items.username = ${username} and cart.username = ${username} and cart.expires_at <= now()`.execute(db)
}

async function touch(db: Kysely<Tables>, shopper: Shopper): Promise<void> {
  await dropExpiredLines(db, shopper)
  await sql`
    insert into cart (username, expires_at) values (${shopper.username}, now() + interval '30 days')
    on conflict (username) do update set version = cart.version + 1, expires_at = excluded.expires_at`.execute(db)
}
