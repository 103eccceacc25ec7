import { type Kysely, sql } from 'kysely'
import { request } from 'undici'
import type { Tables } from '../database-tables.ts'
import { signatureHeaders } from './signature.ts'

/** Where notifications go, and what signs them. */
export interface Target {
  /** The carrier's id is appended. */
  url: string
  secret: string
}

interface DueScan {
  id: string
  copy: number
  carrier_id: string
  body: unknown
  attempts: number
}

const AT_ONCE = 8
const LEASE_S = 15
const ANSWER_LIMIT_MS = 10_000
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 60_000

/** Tells the scans that are due, several at a time and in no promised order; each is told until somebody has taken it. */
export async function tellDueScans(db: Kysely<Tables>, target: Target): Promise<void> {
  for (let told = AT_ONCE; told === AT_ONCE; ) {
    const due = await leaseDue(db)
    await Promise.all(due.map((scan) => tell(db, scan, target)))
    told = due.length
  }
}

/** Another replica leaves them alone for a while; a process that dies meanwhile has them told again. */
async function leaseDue(db: Kysely<Tables>): Promise<DueScan[]> {
  const { rows } = await sql<DueScan>`
    update simulated_scan s set due_at = now() + make_interval(secs => ${LEASE_S})
    from (select id, copy from simulated_scan where delivered_at is null and due_at <= now()
      order by due_at limit ${AT_ONCE} for update skip locked) d
    where s.id = d.id and s.copy = d.copy
    returning s.id, s.copy, s.carrier_id, s.body, s.attempts`.execute(db)
  return rows
}

async function tell(db: Kysely<Tables>, { id, copy, carrier_id, body, attempts }: DueScan, { url, secret }: Target) {
  const taken = await post(`${url}/${carrier_id}`, JSON.stringify({ scans: [body] }), secret)
  const now = Date.now()
  await db
    .updateTable('simulated_scan')
    .set({
      attempts: attempts + 1,
      delivered_at: taken ? new Date(now) : null,
      due_at: new Date(now + Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS)),
    })
    .where('id', '=', id)
    .where('copy', '=', copy)
    .execute()
}

async function post(url: string, body: string, secret: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', ...signatureHeaders(body, secret) }
  const limits = { headersTimeout: ANSWER_LIMIT_MS, bodyTimeout: ANSWER_LIMIT_MS }
  try {
    const answer = await request(url, { method: 'POST', headers, body, ...limits })
    await answer.body.dump()
    return answer.statusCode >= 200 && answer.statusCode < 300
  } catch {
    return false
  }
}
