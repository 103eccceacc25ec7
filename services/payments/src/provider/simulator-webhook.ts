import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { BadWebhook, type Notification, type OperationKind, type ProviderEvent } from './provider.ts'
import { type Operation, outcomeOf, outcomeOfAuthorize, Webhook } from './simulator-shapes.ts'

const SIGNATURE_LIMIT_S = 300

/**
 * Verifies a notification: `psp-signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`.
 *
 * @throws {BadWebhook}
 */
export function verifyWebhook(rawBody: Buffer, headers: IncomingHttpHeaders, secret: string): Notification {
  const given = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(headers['psp-signature']))
  if (!given) throw new BadWebhook('the signature is missing or malformed')
  const [, seconds = '', signature = ''] = given
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(rawBody).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw new BadWebhook('the signature does not match')
  if (Math.abs(Date.now() / 1_000 - Number(seconds)) > SIGNATURE_LIMIT_S)
    throw new BadWebhook('the signature is too old')
  const payload = parseJson(rawBody)
  const webhook = Webhook.safeParse(payload)
  if (!webhook.success) throw new BadWebhook('the body is not a notification')
  return { eventId: webhook.data.id, type: webhook.data.type, payload }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new BadWebhook('the body is not JSON')
  }
}

/** What a notification of the simulated provider says. */
export function readEvent(payload: unknown, publicUrl: string): ProviderEvent | undefined {
  const { data } = Webhook.parse(payload)
  if ('dispute' in data) {
    const { id, authorization, amount_minor, reason, status, respond_by } = data.dispute
    const { id: authorizationRef, currency } = authorization
    const dispute = { disputeRef: id, authorizationRef, amountMinor: amount_minor, currency, reason, status }
    return { about: 'dispute', dispute: { ...dispute, respondBy: respond_by } }
  }
  if ('authorization' in data) return { about: 'authorization_expired', authorizationRef: data.authorization.id }
  const { operation } = data
  const kind = operationKinds[operation.kind]
  if (!kind) return undefined
  const reference = { kind, operationId: operation.key, authorizationRef: operation.authorization.id }
  const outcome = kind === 'authorize' ? outcomeOfAuthorize(operation, publicUrl) : outcomeOf(operation)
  return { about: 'operation', operation: reference, outcome }
}

const operationKinds: Partial<Record<Operation['kind'], OperationKind>> = {
  authorize: 'authorize',
  capture: 'capture',
  void: 'void',
  refund: 'refund',
}
