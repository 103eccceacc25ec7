import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../plain-calls.ts'
import type { Retail } from '../retail/retail.ts'
import type { Args, Row } from './row.ts'

const BUSY_MS = 40
const GIVE_UP_MS = 60_000

/** One call, again and again while an earlier one with its key is still under way. */
export async function settled(retail: Retail, { domain, tool, as }: Row, args: Args, key: string): Promise<Answer> {
  const deadline = Date.now() + GIVE_UP_MS
  for (;;) {
    const answer = await retail.call(domain, tool, args, as, key)
    const isBusy = answer.body?.code === 'idempotency_in_flight' || answer.body?.status === 'in_progress'
    if (!isBusy || Date.now() > deadline) return answer
    await sleep(BUSY_MS)
  }
}

/** A call whose answer never arrives: the connection is closed at some moment while the server works. */
export async function withLostAnswer(
  retail: Retail,
  { domain, tool, as }: Row,
  { args, key, afterMs }: { args: Args; key: string; afterMs: number },
): Promise<void> {
  const token = await retail.token(as, domain)
  await fetch(`${retail.fleet.publicUrl}/${domain}/tools/${tool}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(args),
    signal: AbortSignal.timeout(afterMs),
  }).catch(() => undefined)
}

/** Effects that the audit trail has of the calls with a key, whatever the number of its calls. */
export async function effectsOf({ rows }: Retail, { domain, tool }: Row, key: string): Promise<number> {
  const [row] = await rows<{ count: number }>(
    domain,
    `select count(*)::int as count from audit a join idempotency i on i.fingerprint = a.arguments_digest
     where i.key = $1 and i.operation = $2 and a.tool = $2 and a.kind = 'effect' and a.subject = i.principal
       and a.at >= i.created_at`,
    [key, tool],
  )
  return row?.count ?? 0
}

/** Every answer is the first one, but for the field that may vary. */
export function assertSame(answers: readonly Answer[], first: Answer, what: string, varies?: string): void {
  const told = (body: Record<string, unknown>) => (varies ? { ...body, [varies]: undefined } : body)
  for (const { status, body } of answers) {
    assert.equal(status, first.status, `${what}: ${JSON.stringify(body)}`)
    if (status < 300) assert.deepEqual(told(body), told(first.body), what)
    else assert.equal(body.code, first.body.code, what)
  }
}
