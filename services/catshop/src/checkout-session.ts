import { BusinessError, type BusinessErrorBody } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { type Purchase, previewAgain } from './purchase.ts'
import type { PurchaseOrder } from './purchase-order.ts'

export type Session = Selectable<Tables['checkout_session']>
/** A session whose purchase has begun. */
export type BegunSession = Session & { purchase: PurchaseOrder }

const SESSION_MINUTES = 30
const UNFINISHED = ['complete_in_progress', 'requires_escalation'] as const

/** The named session, or the open one; locked. An open session that has expired counts as none when not named. */
export async function sessionFor(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  checkoutId: string | undefined,
): Promise<Session | undefined> {
  const own = db.selectFrom('checkout_session').selectAll().where('customer_id', '=', customerId).forUpdate()
  if (checkoutId === undefined) {
    return own.where('status', '=', 'ready_for_complete').where('expires_at', '>', sql<Date>`now()`).executeTakeFirst()
  }
  const session = await own.where('checkout_id', '=', checkoutId).executeTakeFirst()
  if (!session) {
    throw new BusinessError('not_found', `You have no checkout ${checkoutId}.`, { nextActions: [previewAgain] })
  }
  const isExpired = session.status === 'ready_for_complete' && session.expires_at <= new Date()
  if (session.status === 'canceled' || isExpired) {
    throw new BusinessError('conflict', `Checkout ${checkoutId} is no longer valid. Nothing was charged.`, {
      details: {
        status: isExpired ? 'expired' : 'canceled',
        ...(session.failure ? { why: session.failure.message } : {}),
      },
      nextActions: [previewAgain],
    })
  }
  return session
}

/** Whether the purchase of a session has begun; it then ends by itself. */
export function isBegun(session: Session): session is BegunSession {
  return session.purchase !== null
}

/** The purchase of the cart that is under way, if there is one. */
export function runningSession(db: Kysely<Tables>, { customerId }: Shopper): Promise<Session | undefined> {
  return db
    .selectFrom('checkout_session')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('source', '=', 'cart')
    .where('status', 'in', UNFINISHED)
    .executeTakeFirst()
}

/** The newest order that came from the cart within the last `seconds`. */
export function recentSession(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  seconds: number,
): Promise<Session | undefined> {
  return db
    .selectFrom('checkout_session')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('source', '=', 'cart')
    .where('status', '=', 'completed')
    .where('completed_at', '>', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .orderBy('completed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The open session if it is for the very same purchase, else a new one in its place. */
export async function keepSession(
  db: Kysely<Tables>,
  shopper: Shopper,
  cartVersion: number,
  purchase: Purchase,
): Promise<Session> {
  const open = await sessionFor(db, shopper, undefined)
  const same =
    open?.cart_version === cartVersion &&
    open.total_minor === purchase.quote.totalMinor &&
    open.shipping_option === purchase.shipping.code &&
    JSON.stringify(Object.entries(open.address_untrusted).sort()) ===
      JSON.stringify(Object.entries(purchase.address).sort())
  if (same) return open
  await cancelOpenSessions(db, shopper)
  return openSession(db, shopper, { source: 'cart', cartVersion, purchase })
}

/** A new session, ready to be completed. */
export function openSession(
  db: Kysely<Tables>,
  shopper: Shopper,
  { source, cartVersion, purchase }: { source: Session['source']; cartVersion: number; purchase: Purchase },
): Promise<Session> {
  return db
    .insertInto('checkout_session')
    .values({
      checkout_id: `chk_${ulid()}`,
      customer_id: shopper.customerId,
      // A single product never stays open beside the session of the cart: its purchase begins in the same transaction.
      status: source === 'cart' ? 'ready_for_complete' : 'canceled',
      source,
      cart_version: cartVersion,
      address_untrusted: JSON.stringify(purchase.address),
      shipping_option: purchase.shipping.code,
      total_minor: purchase.quote.totalMinor,
      expires_at: sql`now() + make_interval(mins => ${SESSION_MINUTES})`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The purchase is on its way to OMS from now on, whatever becomes of this process. */
export async function beginSession(db: Kysely<Tables>, purchase: PurchaseOrder): Promise<Session> {
  return db
    .updateTable('checkout_session')
    .set({
      status: 'complete_in_progress',
      purchase: JSON.stringify(purchase),
      coupon_code: purchase.coupon_code ?? null,
      begun_at: sql`now()`,
    })
    .where('checkout_id', '=', purchase.checkout_id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @returns whether this call completed it: exactly one of several does */
export async function completeSession(db: Kysely<Tables>, checkoutId: string, order: Order): Promise<boolean> {
  return changed(
    db
      .updateTable('checkout_session')
      .set({
        status: 'completed',
        order_ref: order.order_id,
        order_number: order.number,
        action_url: null,
        completed_at: sql`now()`,
      })
      .where('checkout_id', '=', checkoutId)
      .where('status', 'in', UNFINISHED),
  )
}

/** The customer has to confirm the payment on a page. */
export async function escalateSession(db: Kysely<Tables>, checkoutId: string, actionUrl: string | null): Promise<void> {
  await db
    .updateTable('checkout_session')
    .set({ status: 'requires_escalation', action_url: actionUrl })
    .where('checkout_id', '=', checkoutId)
    .where('status', 'in', UNFINISHED)
    .execute()
}

/** @returns whether this call ended it */
export async function abandonSession(
  db: Kysely<Tables>,
  checkoutId: string,
  failure: BusinessErrorBody,
): Promise<boolean> {
  return changed(
    db
      .updateTable('checkout_session')
      .set({ status: 'canceled', failure: JSON.stringify(failure), action_url: null })
      .where('checkout_id', '=', checkoutId)
      .where('status', 'in', UNFINISHED),
  )
}

/** Purchases that nobody waits for any more and that have not ended, the oldest first. */
export async function unfinishedSessions(db: Kysely<Tables>, olderThanSeconds: number): Promise<BegunSession[]> {
  const sessions = await db
    .selectFrom('checkout_session')
    .selectAll()
    .where('status', 'in', UNFINISHED)
    .where('begun_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
    .orderBy('begun_at')
    .limit(50)
    .execute()
  return sessions.filter(isBegun)
}

/** The session by its id, without a lock. */
export function readSession(db: Kysely<Tables>, checkoutId: string): Promise<Session> {
  return db.selectFrom('checkout_session').selectAll().where('checkout_id', '=', checkoutId).executeTakeFirstOrThrow()
}

/** Ends the sessions that have been previewed and not begun. */
export async function cancelOpenSessions(db: Kysely<Tables>, { customerId }: Shopper): Promise<void> {
  await db
    .updateTable('checkout_session')
    .set({ status: 'canceled' })
    .where('customer_id', '=', customerId)
    .where('status', '=', 'ready_for_complete')
    .execute()
}

async function changed(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows > 0n
}
