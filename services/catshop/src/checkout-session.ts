import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { type Purchase, previewAgain } from './purchase.ts'

export type Session = Selectable<Tables['checkout_session']>

const SESSION_MINUTES = 30

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
  if (session.status === 'canceled' || (session.status !== 'completed' && session.expires_at <= new Date())) {
    throw new BusinessError('conflict', `Checkout ${checkoutId} is no longer valid. Nothing was charged.`, {
      details: { status: session.status === 'canceled' ? 'canceled' : 'expired' },
      nextActions: [previewAgain],
    })
  }
  return session
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
  return db
    .insertInto('checkout_session')
    .values({
      checkout_id: `chk_${ulid()}`,
      customer_id: shopper.customerId,
      status: 'ready_for_complete',
      cart_version: cartVersion,
      address_untrusted: JSON.stringify(purchase.address),
      shipping_option: purchase.shipping.code,
      total_minor: purchase.quote.totalMinor,
      expires_at: sql`now() + make_interval(mins => ${SESSION_MINUTES})`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Ties the session of an order to it and ends any other. */
export async function closeSessions(
  db: Kysely<Tables>,
  shopper: Shopper,
  order: { order_id: string; checkout_id: string | null },
): Promise<void> {
  await db
    .updateTable('checkout_session')
    .set({ status: 'completed', order_ref: order.order_id })
    .where('checkout_id', '=', order.checkout_id)
    .execute()
  await cancelOpenSessions(db, shopper)
}

async function cancelOpenSessions(db: Kysely<Tables>, { customerId }: Shopper): Promise<void> {
  await db
    .updateTable('checkout_session')
    .set({ status: 'canceled' })
    .where('customer_id', '=', customerId)
    .where('status', '=', 'ready_for_complete')
    .execute()
}
