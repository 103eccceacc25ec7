import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Address } from './address.ts'
import { type Cart, lockCart, readCart } from './cart.ts'
import type { ProductReference } from './catalogue.ts'
import {
  beginSession,
  isBegun,
  keepSession,
  openSession,
  recentSession,
  runningSession,
  type Session,
  sessionFor,
} from './checkout-session.ts'
import { redeem } from './coupon.ts'
import { type Account, openAccount, type PaymentMethod, type Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { shippingOption } from './delivery.ts'
import { paymentMethodOf } from './payment-method.ts'
import {
  addressOf,
  DEFAULT_SHIPPING,
  type Purchase,
  priceCart,
  priceProduct,
  requireTotal,
  totalsMoved,
} from './purchase.ts'
import { purchaseOrder } from './purchase-order.ts'

/** A purchase with the handle that places it, good until `expiresAt`. */
export interface Preview extends Purchase {
  checkoutId: string
  expiresAt: Date
  paymentMethods: PaymentMethod[]
  notices: string[]
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
    paymentMethods: account.paymentMethods,
    notices: cart.notices,
  }
}

/** What a customer says when buying the cart. */
export interface CheckoutWish {
  checkoutId?: string | undefined
  confirmTotalMinor?: number | undefined
  paymentMethod?: string | undefined
}

/**
 * Begins the purchase of the cart: price, terms and coupon are settled in the caller's transaction. A purchase that is under
 * way, or that was completed under the same checkout id, or within the last minute when the cart is empty, is joined.
 *
 * @throws {BusinessError} `conflict` with fresh totals when the cart, a price or the expected total has changed
 */
export async function beginCheckout(db: Kysely<Tables>, shopper: Shopper, wish: CheckoutWish): Promise<Session> {
  const found = await situationOf(db, shopper, wish.checkoutId)
  if ('begun' in found) return found.begun
  const { account, purchase, cartVersion, previewed } = found
  requireTotal(purchase, wish.confirmTotalMinor ?? previewed?.total_minor)
  const paymentMethod = paymentMethodOf(account.paymentMethods, wish.paymentMethod)
  const session = previewed ?? (await keepSession(db, shopper, cartVersion, purchase))
  return begin(db, shopper, { account, purchase, session, paymentMethod })
}

/** Begins the purchase of one product, with the account's address and payment method; the cart stays as it is. */
export async function beginProductOrder(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<Session> {
  const account = await openAccount(db, shopper)
  const purchase = await priceProduct(db, account, reference, quantity)
  const paymentMethod = paymentMethodOf(account.paymentMethods, undefined)
  const session = await openSession(db, shopper, { source: 'one_shot', cartVersion: 0, purchase })
  return begin(db, shopper, { account, purchase, session, paymentMethod })
}

/** What `beginCheckout` would charge now, in minor units; undefined when it would join a purchase. Locks the cart. */
export async function checkoutTotal(
  db: Kysely<Tables>,
  shopper: Shopper,
  checkoutId: string | undefined,
): Promise<number | undefined> {
  const found = await situationOf(db, shopper, checkoutId)
  return 'begun' in found ? undefined : found.purchase.quote.totalMinor
}

/** What `beginProductOrder` would charge now, in minor units. */
export async function orderProductTotal(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: ProductReference,
  quantity: number,
): Promise<number> {
  const { quote } = await priceProduct(db, await openAccount(db, shopper), reference, quantity)
  return quote.totalMinor
}

/** What a checkout starts from: a purchase that has begun, or a new one, by the terms of its preview if there is one. */
type Situation =
  | { begun: Session }
  | { account: Account; purchase: Purchase; cartVersion: number; previewed: Session | undefined }

async function situationOf(db: Kysely<Tables>, shopper: Shopper, checkoutId: string | undefined): Promise<Situation> {
  const account = await openAccount(db, shopper)
  await lockCart(db, shopper)
  const named = await sessionFor(db, shopper, checkoutId)
  if (named && isBegun(named)) return { begun: named }
  const running = await runningSession(db, shopper)
  if (running && checkoutId === undefined) return { begun: running }
  if (running) throw oneAtATime(running)
  const cart = await readCart(db, shopper)
  if (cart.lines.length === 0 && checkoutId === undefined) {
    const completed = await recentSession(db, shopper, REPEAT_SECONDS)
    if (completed) return { begun: completed }
  }
  requireGoods(cart)
  const previewed = named?.cart_version === cart.version ? named : undefined
  const address = addressOf(account, previewed?.address_untrusted)
  const shipping = await shippingOption(db, previewed?.shipping_option ?? DEFAULT_SHIPPING)
  const purchase = await priceCart(db, cart, address, shipping)
  if (checkoutId !== undefined && !previewed) throw totalsMoved(purchase, 'The cart has changed since the preview.')
  return { account, purchase, cartVersion: cart.version, previewed }
}

interface Agreed {
  account: Account
  purchase: Purchase
  session: Session
  paymentMethod: string
}

async function begin(
  db: Kysely<Tables>,
  shopper: Shopper,
  { account: { email, name }, purchase, session, paymentMethod }: Agreed,
): Promise<Session> {
  const { checkout_id, source } = session
  const begun = await beginSession(
    db,
    purchaseOrder(purchase, {
      checkout_id,
      source,
      payment_method: paymentMethod,
      customer: { customer_id: shopper.customerId, ...(email ? { email } : {}), ...(name ? { name } : {}) },
    }),
  )
  if (purchase.couponCode !== null) await redeem(db, shopper, purchase.couponCode, checkout_id)
  return begun
}

function oneAtATime({ checkout_id, action_url }: Session): BusinessError {
  const way = action_url
    ? `It waits for the customer to confirm the payment at ${action_url}.`
    : 'It ends by itself within a minute.'
  return new BusinessError('conflict', `Another checkout of this cart, ${checkout_id}, is under way. ${way}`, {
    details: { checkout_id, action_url },
    nextActions: [{ tool: 'checkout', arguments: { checkout_id }, hint: 'Tells how it ended.' }],
  })
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
