import { createHmac } from 'node:crypto'
import { ulid } from 'ulid'
import { request } from 'undici'
import { take } from './behaviours.ts'
import type { Store } from './store.ts'

/** Something that the shop is to be told. */
export interface Announcement {
  type: string
  /** The operation that caused it, by which ordered behaviours are found. */
  cause: string
  authorizationId: string
  data: object
}

/** Writes a notification, in the transaction of what it tells about; it is sent until somebody has taken it. */
export function announce(store: Store, { type, cause, authorizationId, data }: Announcement): void {
  const id = `evt_${ulid()}`
  const now = Date.now()
  const body = JSON.stringify({ id, type, created: new Date(now).toISOString(), data })
  const copies = take(store, cause, 'duplicate_webhook') ? 2 : 1
  const heldMs = take(store, cause, 'reorder_webhooks')?.delayMs ?? 0
  for (let copy = 1; copy <= copies; copy++) {
    store.sql.run`insert into notification (id, copy, authorization_id, body, due_at, held)
      values (${id}, ${copy}, ${authorizationId}, ${body}, ${now + heldMs}, ${heldMs > 0 ? 1 : 0})`
  }
}

/** Where notifications go, and what signs them. */
export interface Target {
  url: string
  secret: string
}

interface Notification {
  id: string
  copy: number
  authorization_id: string
  body: string
  attempts: number
}

const AT_ONCE = 8
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 60_000
const ANSWER_LIMIT_MS = 10_000

/** Sends what is due and was not taken yet, several at a time and in no promised order. */
export async function deliverDue(store: Store, target: Target): Promise<void> {
  for (let sent = AT_ONCE; sent === AT_ONCE; ) {
    const due = store.sql.all`select id, copy, authorization_id, body, attempts from notification
      where delivered_at is null and due_at <= ${Date.now()} order by due_at limit ${AT_ONCE}`
    await Promise.all((due as unknown as Notification[]).map((notification) => deliver(store, notification, target)))
    sent = due.length
  }
}

async function deliver({ sql }: Store, notification: Notification, { url, secret }: Target) {
  const { id, copy, authorization_id, body, attempts } = notification
  const taken = await post(url, body, secret)
  const now = Date.now()
  const wait = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS)
  sql.run`update notification set attempts = attempts + 1, delivered_at = ${taken ? now : null}, due_at = ${now + wait}
    where id = ${id} and copy = ${copy}`
  if (taken)
    sql.run`update notification set due_at = ${now}
      where authorization_id = ${authorization_id} and held = 1 and delivered_at is null and due_at > ${now}`
}

async function post(url: string, body: string, secret: string): Promise<boolean> {
  const seconds = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'psp-signature': `t=${seconds},v1=${signature}` }
  const limits = { headersTimeout: ANSWER_LIMIT_MS, bodyTimeout: ANSWER_LIMIT_MS }
  try {
    const answer = await request(url, { method: 'POST', headers, body, ...limits })
    await answer.body.dump()
    return answer.statusCode >= 200 && answer.statusCode < 300
  } catch {
    return false
  }
}
