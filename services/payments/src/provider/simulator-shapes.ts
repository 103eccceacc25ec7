import { z } from 'zod'
import type { AuthorizeOutcome, OperationOutcome } from './provider.ts'

const minor = z.int().nonnegative()
const time = z.iso.datetime().transform((text) => new Date(text))

/** An authorization in the API of the simulated provider. */
export const Authorization = z.object({
  id: z.string(),
  intent_id: z.string(),
  status: z.enum(['requires_action', 'authorized', 'declined', 'voided', 'expired']),
  amount_minor: minor,
  currency: z.string(),
  risk: z.enum(['normal', 'elevated']),
  capture_before: time,
})
export type Authorization = z.output<typeof Authorization>

/** An operation there, with its authorization as it stands. */
export const Operation = z.object({
  id: z.string(),
  key: z.string(),
  kind: z.enum(['authorize', 'capture', 'void', 'refund', 'evidence', 'acceptance']),
  status: z.enum(['succeeded', 'declined', 'failed', 'requires_action']),
  code: z.string().nullable(),
  message: z.string().nullable(),
  amount_minor: minor,
  authorization: Authorization,
})
export type Operation = z.output<typeof Operation>

const Dispute = z.object({
  id: z.string(),
  reason: z.string(),
  status: z.enum(['needs_response', 'under_review', 'won', 'lost', 'accepted']),
  amount_minor: minor,
  respond_by: time,
  authorization: Authorization,
})

export const Movements = z.object({
  movements: z.array(
    z.object({
      kind: z.enum(['capture', 'refund', 'dispute', 'dispute_reversal']),
      operation_key: z.string().nullable(),
      reference: z.string(),
      authorization_id: z.string(),
      amount_minor: minor,
      fee_minor: minor,
      currency: z.string(),
      booked_at: time,
    }),
  ),
})

export const Authorizations = z.object({
  authorizations: z.array(Authorization.extend({ captured_minor: minor, voided_minor: minor, refunded_minor: minor })),
})

export const Webhook = z.object({
  id: z.string(),
  type: z.string(),
  data: z.union([
    z.object({ operation: Operation }),
    z.object({ dispute: Dispute }),
    z.object({ authorization: Authorization }),
  ]),
})

/** What an authorization came to; `publicUrl` is where its customer confirms it. */
export function outcomeOfAuthorize(
  { status, amount_minor, ...operation }: Operation,
  publicUrl: string,
): AuthorizeOutcome {
  const { id, intent_id, capture_before, risk } = operation.authorization
  const { code, message } = explanationOf(operation)
  switch (status) {
    case 'succeeded':
      return { status, authorizationRef: id, amountMinor: amount_minor, captureBefore: capture_before, risk }
    case 'requires_action':
      return { status, authorizationRef: id, actionUrl: `${publicUrl}/payments/authenticate/${intent_id}` }
    case 'declined':
      return { status, authorizationRef: id, code, message }
    case 'failed':
      return { status, code, message }
  }
}

/** What any other operation came to. */
export function outcomeOf({ id, status, amount_minor, ...operation }: Operation): OperationOutcome {
  if (status === 'succeeded') return { status, providerRef: id, amountMinor: amount_minor }
  return { status: 'failed', ...explanationOf(operation) }
}

function explanationOf({ code, message }: Pick<Operation, 'code' | 'message'>) {
  return { code: code ?? 'refused', message: message ?? 'The provider refused.' }
}
