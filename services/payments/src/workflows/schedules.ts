import { DAY_MS, type Day, dayOf } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import type { Schedule, Steps } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { settleAuthorization } from '../authorization.ts'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { expireDisputes } from '../dispute.ts'
import { reportExpiring } from '../expiring.ts'
import { expireHolds } from '../hold.ts'
import { lockIntent } from '../intent.ts'
import { providerInUse } from '../provider-in-use.ts'
import { DISPUTES_URI, HOLDS_URI, holdUri } from '../uris.ts'
import { requestVoid } from '../voiding.ts'
import { carryOut } from './carry-out.ts'
import { reconcile } from './reconcile-settlement.ts'
import { resolve, unresolved } from './resolve-unknown.ts'

/** A round of a schedule does so much; the next one goes on. */
const ROUND = 50
/** What time alone calls for. */
export const schedules: Schedule<Tables>[] = [
  { name: 'resolve_unknown', cron: '*/10 * * * * *', run: resolveUnknown },
  { name: 'expire_holds', cron: '*/30 * * * * *', run: endOverdueHolds },
  { name: 'expire_disputes', cron: '0 * * * * *', run: endOverdueDisputes },
  { name: 'report_expiring_authorizations', cron: '0 */5 * * * *', run: reportExpiringAuthorizations },
  { name: 'expire_authorizations', cron: '30 */5 * * * *', run: expireAuthorizations },
  { name: 'void_without_order', cron: '15 */5 * * * *', run: voidWithoutOrder },
  { name: 'close_ledger_days', cron: '0 10 1 * * *', run: closeLedgerDays },
  { name: 'reconcile_yesterday', cron: '0 30 2 * * *', run: reconcileYesterday },
]

async function resolveUnknown(steps: Steps<Tables>): Promise<void> {
  const ids = await steps.transaction('find', (db) => unresolved(db, ROUND))
  steps.pivot()
  for (const id of ids) await resolve(steps, id)
}

async function endOverdueHolds(steps: Steps<Tables>): Promise<void> {
  const ids = await steps.transaction('expire', async (db) => (await expireHolds(db)).map(({ id }) => id))
  if (ids.length > 0) announce(HOLDS_URI, ...ids.map(holdUri))
}

async function endOverdueDisputes(steps: Steps<Tables>): Promise<void> {
  const ids = await steps.transaction('expire', async (db) => (await expireDisputes(db)).map(({ id }) => id))
  if (ids.length > 0) announce(DISPUTES_URI)
}

async function reportExpiringAuthorizations(steps: Steps<Tables>): Promise<void> {
  await steps.transaction('report', reportExpiring)
}

/** The provider has let go of what was not captured in time, whether it says so or not. */
async function expireAuthorizations(steps: Steps<Tables>): Promise<void> {
  const ids = await steps.transaction('find', async (db) => {
    const { rows } = await sql<{ id: string }>`
      select a.id from "authorization" a join payment_intent i on i.id = a.intent_id
      where a.status = 'authorized' and a.capture_before < now() - interval '1 hour'
        and i.status in ('authorized', 'partially_captured') and i.capture_pending_minor = 0
      order by a.capture_before limit ${ROUND}`.execute(db)
    return rows.map(({ id }) => id)
  })
  for (const id of ids)
    await steps.transaction(
      `expire ${id}`,
      async (db) => void (await settleAuthorization(db, id, { status: 'expired' })),
    )
}

/** Money reserved half an hour ago for a checkout that made no order is given back. */
async function voidWithoutOrder(steps: Steps<Tables>): Promise<void> {
  for (const { id, orderRef } of await steps.transaction('find', withoutOrder)) {
    const exists = await orderExists(steps, id, orderRef)
    if (exists === undefined) return
    await steps.transaction(`settle ${id}`, (db) => (exists ? confirmOrder(db, id) : giveBack(db, id)))
  }
}

async function withoutOrder(db: Kysely<Tables>): Promise<{ id: string; orderRef: string }[]> {
  const { rows } = await sql<{ id: string; orderRef: string }>`
    select i.id, i.order_ref as "orderRef" from payment_intent i join "authorization" a on a.intent_id = i.id
    where i.status = 'authorized' and i.order_confirmed_at is null and a.decided_at < now() - interval '30 minutes'
    order by i.id limit ${ROUND}`.execute(db)
  return rows
}

/** Undefined when the order process cannot say: then nothing is given back. */
async function orderExists(steps: Steps<Tables>, id: string, orderRef: string): Promise<boolean | undefined> {
  try {
    await steps.call(`look for the order of ${id}`, 'oms', 'get_order', { order_id: orderRef })
    return true
  } catch (error) {
    return error instanceof BusinessError && error.body.code === 'not_found' ? false : undefined
  }
}

async function confirmOrder(db: Kysely<Tables>, id: string): Promise<void> {
  await lockIntent(db, { payment_id: id })
  await db.updateTable('payment_intent').set({ order_confirmed_at: sql`now()` }).where('id', '=', id).execute()
}

async function giveBack(db: Kysely<Tables>, id: string): Promise<void> {
  const { operation } = await requestVoid(db, { paymentId: id, reason: 'No order was made' }, { subject: 'payments' })
  if (operation) await carryOut(db, operation, 'payments')
}

/** An hour after midnight nothing is booked on the day before any more. */
async function closeLedgerDays(steps: Steps<Tables>): Promise<void> {
  const day = await yesterday(steps)
  await steps.transaction('close', async (db) => void (await sql`select close_ledger_days(${day}::date)`.execute(db)))
}

async function reconcileYesterday(steps: Steps<Tables>): Promise<void> {
  await reconcile(steps, { provider: providerInUse().name, day: await yesterday(steps) })
}

async function yesterday(steps: Steps<Tables>): Promise<Day> {
  const now = await steps.now()
  return dayOf(now.getTime() - DAY_MS)
}
