import type { ApprovalSubject } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { readHold } from './hold.ts'
import { readIntent, refundable } from './intent.ts'

/** The payment that a call moves money of. */
export async function paymentSubject(db: Kysely<Tables>, paymentId: string): Promise<ApprovalSubject> {
  const intent = await readIntent(db, { payment_id: paymentId })
  const money = (minor: number) => formatMoney(minor, intent.currency)
  return {
    name: `payment ${intent.id} of order ${intent.order_ref}`,
    version: intent.version,
    state: {
      Status: intent.status,
      Captured: money(intent.captured_minor),
      'Refunded or being refunded': money(intent.refunded_minor + intent.refund_pending_minor),
      'Can still be refunded': money(refundable(intent)),
    },
  }
}

/** The holds that a call ends. */
export async function holdsSubject(db: Kysely<Tables>, ids: readonly string[]): Promise<ApprovalSubject> {
  const holds = await Promise.all(ids.map((id) => readHold(db, id)))
  const kindOf = (kind: string) => kind.replaceAll('_', ' ')
  return {
    name: holds.map(({ id, kind }) => `${kindOf(kind)} hold ${id}`).join(', '),
    version: holds.map(({ id, version }) => `${id}:${version}`).join(' '),
    state: Object.fromEntries(
      holds.map(({ id, kind, status, target, target_id }) => [
        `${kindOf(kind)} hold ${id} on ${target} ${target_id}`,
        kindOf(status),
      ]),
    ),
  }
}
