import { BusinessError } from '@backroom/mcp-service'
import { type Schedule, StepFailed, type Steps } from '@backroom/workflows'
import { sql } from 'kysely'
import { announce } from '../changes.ts'
import { claimBack, overdueAdvances } from '../clawback.ts'
import type { Tables } from '../database-tables.ts'
import { expire } from '../decision.ts'
import { advanceInForce } from '../resolution-state.ts'
import { lockRma, type Rma } from '../rma.ts'
import { setStatus } from '../rma-status.ts'
import { rmaUris } from '../uris.ts'

/** A round of a schedule does so much; the next one goes on. */
const ROUND = 50

/** Statuses of a shipment that nobody has picked up. */
const unsent = new Set(['created', 'rated', 'labelled', 'planned', 'ready', 'voided'])

/** What time alone calls for. */
export const schedules: Schedule<Tables>[] = [
  { name: 'follow_labels', cron: '0 */10 * * * *', run: followLabels },
  { name: 'expire_returns', cron: '30 * * * * *', run: expireReturns },
  { name: 'claim_back_advances', cron: '0 */5 * * * *', run: claimBackAdvances },
]

interface Sent {
  id: string
  shipmentId: string
}

/** Returns whose parcel is on its way say so. */
async function followLabels(steps: Steps<Tables>): Promise<void> {
  const waiting = await steps.transaction('find', async (db) => {
    const { rows } = await sql<Sent>`
      update rma set label_checked_at = now() where id in (
        select id from rma where status = 'label_issued' and label_shipment_id is not null
        order by label_checked_at nulls first limit ${ROUND})
      returning id, label_shipment_id as "shipmentId"`.execute(db)
    return rows
  })
  for (const each of waiting) if ((await onItsWay(steps, each)) === undefined) return
}

/** Authorised goods that were not sent in time are no longer expected. */
async function expireReturns(steps: Steps<Tables>): Promise<void> {
  const due = await steps.transaction('find', async (db) => {
    const { rows } = await sql<{ id: string; shipmentId: string | null }>`
      select id, label_shipment_id as "shipmentId" from rma
      where status in ('authorized', 'label_issued') and expires_at < now()
        and (label_method is distinct from 'own' or label_tracking is null)
      order by label_shipment_id is not null, expires_at limit ${ROUND}`.execute(db)
    return rows
  })
  for (const { id, shipmentId } of due) {
    // Whether a parcel is on its way is only known once logistics has said so.
    const moving = shipmentId === null ? false : await onItsWay(steps, { id, shipmentId })
    if (moving === undefined) return
    if (!moving) tell(await steps.transaction(`expire ${id}`, (db) => expireIfDue(db, id)))
  }
}

async function claimBackAdvances(steps: Steps<Tables>): Promise<void> {
  for (const id of await steps.transaction('find', (db) => overdueAdvances(db, ROUND)))
    tell(await steps.transaction(`claim back ${id}`, (db) => claimBack(db, id)))
}

/** Whether a parcel has been picked up, which its return then says; undefined when logistics does not answer. */
async function onItsWay(steps: Steps<Tables>, { id, shipmentId }: Sent): Promise<boolean | undefined> {
  try {
    const { status } = await steps.call<{ status: string }>(`track ${id}`, 'tms', 'track_shipment', {
      shipment_id: shipmentId,
    })
    if (unsent.has(status)) return false
    tell(await steps.transaction(`move ${id}`, (db) => moveOn(db, id)))
    return true
  } catch (error) {
    if (error instanceof StepFailed || error instanceof BusinessError) return undefined
    throw error
  }
}

async function moveOn(db: Parameters<typeof lockRma>[0], id: string): Promise<Rma | undefined> {
  const rma = await lockRma(db, id)
  return rma.status === 'label_issued' ? setStatus(db, rma, 'in_transit', { expires_at: null }) : undefined
}

async function expireIfDue(db: Parameters<typeof lockRma>[0], id: string): Promise<Rma | undefined> {
  const rma = await lockRma(db, id)
  const waiting = rma.status === 'authorized' || rma.status === 'label_issued'
  if (!waiting || rma.expires_at === null || rma.expires_at.getTime() > Date.now()) return undefined
  return expire(db, rma, (await advanceInForce(db, id)) !== undefined)
}

function tell(rma: Rma | undefined): void {
  if (rma) announce(...rmaUris(rma))
}
