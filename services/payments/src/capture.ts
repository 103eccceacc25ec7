import type { Kysely } from 'kysely'
import type { OperationRow, Tables } from './database-tables.ts'
import { requireNotHeld } from './hold.ts'
import { capturable, lockIntent, requireStatus, requireWithin } from './intent.ts'
import { countAgainstLimits, type Mover } from './limits.ts'
import { operationFor, requestOperation } from './operation.ts'

export interface CaptureWish {
  paymentId: string
  /** Minor units; default: all that is left. */
  amount?: number | undefined
  shipmentRef: string
  /** Nothing more will be captured. */
  final: boolean
}

/**
 * Records a capture for a shipment; one shipment is captured once.
 *
 * @throws {BusinessError} not_found; invalid_transition; conflict when held, above what is left, or asked for with another
 * amount before; limit_exceeded
 */
export async function requestCapture(db: Kysely<Tables>, wish: CaptureWish, mover: Mover): Promise<OperationRow> {
  const intent = await lockIntent(db, { payment_id: wish.paymentId })
  const cause = { kind: 'capture', source: 'shipment', sourceId: wish.shipmentRef } as const
  const earlier = await operationFor(db, intent, { ...cause, amount: wish.amount })
  if (earlier) return earlier
  requireStatus(intent, ['authorized', 'partially_captured'], 'capture')
  await requireNotHeld(db, intent, 'capture')
  const left = capturable(intent)
  const amount = wish.amount ?? left
  requireWithin(intent, Math.max(amount, 1), left, 'capture')
  const { customer_id, currency } = intent
  await countAgainstLimits(db, mover, { operation: 'capture', customerId: customer_id, amount, currency })
  const final = wish.final || intent.capture_method === 'single'
  const reason = `Shipment ${wish.shipmentRef}`
  return requestOperation(db, intent, { ...cause, amount, final, reason, actor: mover.subject })
}
