import { request } from 'undici'
import { z } from 'zod'
import type { CustomerActionState, Failed, OperationOutcome, Provider, Unknown } from './provider.ts'
import {
  Authorization,
  Authorizations,
  Movements,
  Operation,
  outcomeOf,
  outcomeOfAuthorize,
} from './simulator-shapes.ts'
import { readEvent, verifyWebhook } from './simulator-webhook.ts'

export interface SimulatorOptions {
  /** Origin of the simulator's process. */
  url: string
  /** Shared with it: opens its API and signs its notifications. */
  secret: string
  /** Origin under which customers reach the page that confirms a payment. */
  publicUrl: string
  /** Milliseconds until an answer counts as lost. Default: 5 s. */
  answerLimitMs?: number
}

const ANSWER_LIMIT_MS = 5_000

/** The simulated provider over its HTTP API. */
export function simulatorProvider({
  url,
  secret,
  publicUrl,
  answerLimitMs = ANSWER_LIMIT_MS,
}: SimulatorOptions): Provider {
  const send = async (method: 'GET' | 'POST', path: string, key?: string, body?: object): Promise<Answer> => {
    try {
      const { statusCode, body: stream } = await request(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(key ? { 'idempotency-key': key } : {}),
        },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(answerLimitMs),
      })
      return { status: statusCode, body: await stream.json() }
    } catch (error) {
      return { status: 0, reason: (error as Error).message }
    }
  }
  const operate = async (path: string, key: string, body: object) => {
    const answer = await send('POST', path, key, body)
    return readOperation(answer) ?? refusalOf(answer)
  }
  const settled = (result: Operation | Failed | Unknown): OperationOutcome =>
    'key' in result ? outcomeOf(result) : result
  const listed = async (what: 'movements' | 'authorizations', from: Date, to: Date) => {
    const period = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() })
    const answer = await send('GET', `/${what}?${period}`)
    if (answer.status !== 200) throw new Error(`the payment provider does not answer (${describe(answer)})`)
    return answer.body
  }
  const actionState = async (method: 'GET' | 'POST', intentId: string, body?: object) => {
    const answer = await send(method, `/actions/${encodeURIComponent(intentId)}`, undefined, body)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw new Error(`the payment provider does not answer (${describe(answer)})`)
    return actionStateOf(Authorization.parse(answer.body))
  }

  return {
    name: 'simulator',
    capabilities: { multicapture: true, partialVoid: true, linkMethod: 'pm_sim_link' },
    async authorize({ operationId, intentId, orderRef, customerId, amountMinor, currency, method }) {
      const result = await operate('/authorizations', operationId, {
        ...{ intent_id: intentId, order_ref: orderRef, customer_id: customerId, method },
        ...{ amount_minor: amountMinor, currency },
      })
      return 'key' in result ? outcomeOfAuthorize(result, publicUrl) : result
    },
    async capture({ operationId, authorizationRef, amountMinor, currency, final }) {
      const body = { amount_minor: amountMinor, currency, final }
      return settled(await operate(`/authorizations/${authorizationRef}/captures`, operationId, body))
    },
    async void({ operationId, authorizationRef, amountMinor, currency }) {
      const body = { currency, ...(amountMinor === undefined ? {} : { amount_minor: amountMinor }) }
      return settled(await operate(`/authorizations/${authorizationRef}/voids`, operationId, body))
    },
    async refund({ operationId, authorizationRef, amountMinor, currency, reason }) {
      const body = { amount_minor: amountMinor, currency, reason }
      return settled(await operate(`/authorizations/${authorizationRef}/refunds`, operationId, body))
    },
    async lookup({ kind, operationId }) {
      const answer = await send('GET', `/operations/${encodeURIComponent(operationId)}`)
      if (answer.status === 404) return { status: 'not_found' }
      const operation = readOperation(answer)
      if (!operation) return { status: 'unknown', reason: describe(answer) }
      return kind === 'authorize' ? outcomeOfAuthorize(operation, publicUrl) : outcomeOf(operation)
    },
    submitDisputeEvidence: async ({ operationId, disputeRef, evidence }) =>
      settled(await operate(`/disputes/${disputeRef}/evidence`, operationId, { evidence })),
    acceptDispute: async ({ operationId, disputeRef }) =>
      settled(await operate(`/disputes/${disputeRef}/acceptance`, operationId, {})),
    async movements(from, to) {
      return Movements.parse(await listed('movements', from, to)).movements.map((row) => ({
        ...{ kind: row.kind, operationId: row.operation_key, providerRef: row.reference, currency: row.currency },
        ...{ authorizationRef: row.authorization_id, amountMinor: row.amount_minor, feeMinor: row.fee_minor },
        bookedAt: row.booked_at,
      }))
    },
    async authorizations(from, to) {
      return Authorizations.parse(await listed('authorizations', from, to)).authorizations.map((row) => ({
        ...{ authorizationRef: row.id, intentId: row.intent_id, status: row.status, currency: row.currency },
        ...{ amountMinor: row.amount_minor, capturedMinor: row.captured_minor },
        ...{ voidedMinor: row.voided_minor, refundedMinor: row.refunded_minor },
      }))
    },
    verifyWebhook: (rawBody, headers) => verifyWebhook(rawBody, headers, secret),
    readEvent: (payload) => readEvent(payload, publicUrl),
    customerAction: {
      read: (intentId) => actionState('GET', intentId),
      complete: (intentId, decision) => actionState('POST', intentId, { decision }),
    },
  }
}

/** An answer, or (status 0) none. */
type Answer = { status: number; body: unknown; reason?: undefined } | { status: 0; reason: string; body?: undefined }

function readOperation({ status, body }: Answer): Operation | undefined {
  return status === 200 ? Operation.safeParse(body).data : undefined
}

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
/** Refusals that the same request would have met at any time before as well. */
const definitive = new Set([400, 404, 413, 422])

function refusalOf(answer: Answer): Failed | Unknown {
  const refusal = Refusal.safeParse(answer.body)
  if (definitive.has(answer.status) && refusal.success) return { status: 'failed', ...refusal.data.error }
  return { status: 'unknown', reason: describe(answer) }
}

function describe({ status, body, reason }: Answer): string {
  if (reason !== undefined) return reason
  const refusal = Refusal.safeParse(body)
  return refusal.success ? `${status} ${refusal.data.error.code}` : `status ${status}`
}

const actionStates = {
  requires_action: 'waiting',
  authorized: 'approved',
  declined: 'declined',
  voided: 'expired',
  expired: 'expired',
} as const

function actionStateOf({ status, amount_minor, currency }: Authorization): CustomerActionState {
  return { status: actionStates[status], amountMinor: amount_minor, currency }
}
