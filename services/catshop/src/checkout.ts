import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Address } from './address.ts'
import { type Cart, emptyCart, lockCart, readCart } from './cart.ts'
import type { ProductReference } from './catalogue.ts'
import { closeSessions, keepSession, type Session, sessionFor } from './checkout-session.ts'
import { redeem } from './coupon.ts'
import { type AccountDefaults, openAccount, type Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { shippingOption } from './delivery.ts'
import { getOrder, type Order, placeOrder, recentCartOrder } from './order.ts'
import {
  addressOf,
  DEFAULT_SHIPPING,
  type Purchase,
  paymentMethodOf,
  priceCart,
  priceProduct,
  requireTotal,
  totalsMoved,
} from './purchase.ts'

/** A purchase with the handle that places it, good until `expiresAt`. */
export interface Preview extends Purchase {
  checkoutId: string
  expiresAt: Date
  paymentMethod: string | null
  notices: string[]
}

/** What `completeCheckout` did, or had done before: a repeat finds the same order. */
export interface Completed {
  order: Order
  repeated: boolean
}

const REPEAT_SECONDS = 60

/**
 * Prices the cart and keeps the price for 30 minutes under a checkout id. The same cart, address and shipping give the
 * same id again; anything else replaces it.
 */
export async function previewCheckout(
  db: Kysely<Tables>,
  shopper: Shopper,
  wish: { address?: Address | undefined; shippingOption: string },
): Promise<Preview> {
  const account = await openAccount(db, shopper)
  await lockCart(db, shopper)
  const cart = await readCart(db, shopper)
  requireGoods(cart)
  const address = addressOf(account, wish.address)
  const purchase = await priceCart(db, cart, address, await shippingOption(db, wish.shippingOption))
  const session = await keepSession(db, shopper, cart.version, purchase)
  return {
    ...purchase,
    checkoutId: session.checkout_id,
    expiresAt: session.expires_at,
    paymentMethod: account.paymentMethod,
    notices: cart.notices,
  }
}

/**
 * Places the order for the cart and empties it, in one transaction. Repeating it with the same checkout id, or within a
 * minute without one, finds the order that was placed.
 *
 * @throws {BusinessError} `conflict` with fresh totals when the cart, a price or the expected total has changed
 */
export async function completeCheckout(
  db: Kysely<Tables>,
  shopper: Shopper,
  wish: { checkoutId?: string | undefined; confirmTotalMinor?: number | undefined; paymentMethod?: string | undefined },
): Promise<Completed> {
  const found = await situationOf(db, shopper, wish.checkoutId)
  if ('placed' in found) return { order: found.placed, repeated: true }
  const { account, purchase, session } = found
  requireTotal(purchase, wish.confirmTotalMinor ?? session?.total_minor)
  const order = await placeOrder(db, shopper, {
    ...placing(purchase),
    checkoutId: session?.checkout_id ?? null,
    source: 'cart',
    paymentMethod: paymentMethodOf(account, wish.paymentMethod),
  })
  if (purchase.couponCode !== null) await redeem(db, shopper, purchase.couponCode, order.order_id)
  await emptyCart(db, shopper)
  await closeSessions(db, shopper, order)
  return { order, repeated: false }
}

/** Buys one product at once, with the account's address and payment method; the cart stays as it is. */
export async function orderProduct(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<Order> {
  const account = await openAccount(db, shopper)
  const purchase = await priceProduct(db, account, reference, quantity)
  return placeOrder(db, shopper, {
    ...placing(purchase),
    checkoutId: null,
    source: 'one_shot',
    paymentMethod: paymentMethodOf(account, undefined),
  })
}

/** What `completeCheckout` would charge now, in minor units; undefined when it would find an order. Locks the cart. */
export async function checkoutTotal(
  db: Kysely<Tables>,
  shopper: Shopper,
  checkoutId: string | undefined,
): Promise<number | undefined> {
  const found = await situationOf(db, shopper, checkoutId)
  return 'placed' in found ? undefined : found.purchase.quote.totalMinor
}

/** What `orderProduct` would charge now, in minor units. */
export async function orderProductTotal(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<number> {
  const { quote } = await priceProduct(db, await openAccount(db, shopper), reference, quantity)
  return quote.totalMinor
}

/** What a checkout starts from: the order of an earlier one, or a purchase, by the terms of its preview if there is one. */
type Situation = { placed: Order } | { account: AccountDefaults; purchase: Purchase; session: Session | undefined }

async function situationOf(db: Kysely<Tables>, shopper: Shopper, checkoutId: string | undefined): Promise<Situation> {
  const account = await openAccount(db, shopper)
  await lockCart(db, shopper)
  const previewed = await sessionFor(db, shopper, checkoutId)
  if (previewed?.order_ref) return { placed: await getOrder(db, shopper, previewed.order_ref) }
  const cart = await readCart(db, shopper)
  if (cart.lines.length === 0 && checkoutId === undefined) {
    const placed = await recentCartOrder(db, shopper, REPEAT_SECONDS)
    if (placed) return { placed }
  }
  requireGoods(cart)
  const session = previewed?.cart_version === cart.version ? previewed : undefined
  const address = addressOf(account, session?.address_untrusted)
  const shipping = await shippingOption(db, session?.shipping_option ?? DEFAULT_SHIPPING)
  const purchase = await priceCart(db, cart, address, shipping)
  if (checkoutId !== undefined && !session) throw totalsMoved(purchase, 'The cart has changed since the preview.')
  return { account, purchase, session }
}

function placing({ quote, couponCode, shipping, address }: Purchase) {
  return { quote, couponCode, shippingOption: shipping.code, address }
}

function requireGoods({ lines }: Cart): void {
  if (lines.length === 0) {
    throw new BusinessError('conflict', 'The cart is empty, so there is nothing to buy. Nothing was charged.', {
      nextActions: [
        { tool: 'add_to_cart', hint: 'Put something into the cart first.' },
        { tool: 'get_order_history', hint: 'Look here before telling anybody that an order was placed.' },
      ],
    })
  }
  const gone = lines.filter((line) => !line.active)
  if (gone.length === 0) return
  throw new BusinessError('conflict', `No longer sold: ${gone.map((line) => line.name).join(', ')}.`, {
    details: { product_ids: gone.map((line) => line.productId) },
    nextActions: gone.map((line) => ({ tool: 'remove_from_cart', arguments: { product_id: line.productId } })),
  })
}
