import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { authorizationsBetween, authorizationView, hasAuthorization } from './authorization.ts'
import { authorize, completeAction, findAction } from './authorizing.ts'
import { behaviourNames, operationNames, order, take } from './behaviours.ts'
import { capture, refund, release } from './charges.ts'
import { acceptDispute, type DisputeRow, findDispute, submitEvidence } from './disputes.ts'
import { behaviourOf } from './methods.ts'
import { movementsBetween } from './movements.ts'
import {
  type Ending,
  findOperation,
  findRepeated,
  KeyReused,
  type OperationKind,
  operationView,
  perform,
} from './operations.ts'
import type { Store } from './store.ts'

const text = z.string().min(1).max(255)
const amount = z.int().positive()
const currency = z.string().regex(/^[A-Z]{3}$/)

const Authorization = z.strictObject({
  ...{ intent_id: text, order_ref: text, customer_id: text, method: text },
  ...{ amount_minor: amount, currency },
})
const Capture = z.strictObject({ amount_minor: amount, currency, final: z.boolean() })
const Void = z.strictObject({ amount_minor: amount.optional(), currency })
const Refund = z.strictObject({ amount_minor: amount, currency, reason: z.string().max(500) })
const Evidence = z.strictObject({ evidence: z.record(text, z.string().max(20_000)) })
const Decision = z.strictObject({ decision: z.enum(['approve', 'decline']) })
const Period = z.object({ from: z.iso.datetime(), to: z.iso.datetime() })
const Control = z.strictObject({
  operation: z.enum(operationNames).default('any'),
  behaviour: z.enum(behaviourNames),
  times: z.int().positive().default(1),
  delay_ms: z.int().min(0).max(60_000).default(1_500),
})

const declinedOnOrder = { status: 'declined', code: 'card_declined', message: 'Your bank declined the card.' } as const
const failedOnOrder = { status: 'failed', code: 'refused', message: 'The provider refused.' } as const

/** The provider's API. Everything but the probes needs the shared secret. */
export function mountApi(app: FastifyInstance, store: Store, secret: string): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!isBearer(request.headers.authorization, secret))
      return refuse(reply, 401, 'unauthorized', 'Give the API secret.')
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof KeyReused)
      return refuse(reply, 409, 'key_reused', 'This Idempotency-Key was used for another request.')
    if (error instanceof z.ZodError) return refuse(reply, 400, 'invalid_request', z.prettifyError(error))
    if (error.statusCode && error.statusCode < 500)
      return refuse(reply, error.statusCode, 'invalid_request', error.message)
    request.log.error({ err: error, request_id: request.id }, 'request failed')
    return refuse(reply, 500, 'internal', 'Something went wrong.')
  })
  mountOperations(app, store)
  mountReading(app, store)
  app.post('/control', async (request) => {
    const { operation, behaviour, times, delay_ms: delayMs } = Control.parse(request.body)
    order(store, { operation, behaviour, times, delayMs })
    return { ordered: true }
  })
}

type ById = { Params: { id: string } }

function mountOperations(app: FastifyInstance, store: Store): void {
  app.post('/authorizations', async (request, reply) => {
    const body = Authorization.parse(request.body)
    const behaviour = behaviourOf(body.method)
    if (!behaviour) return refuse(reply, 400, 'unknown_method', `There is no payment method ${body.method}.`)
    const { intent_id: intentId, order_ref: orderRef, customer_id: customerId, amount_minor, ...rest } = body
    const wanted = {
      intentId,
      orderRef,
      customerId,
      amount: amount_minor,
      method: rest.method,
      currency: rest.currency,
    }
    const behave = { lateMs: behaviour.lateMs, losesAnswer: behaviour.losesAnswer }
    return answer(request, reply, 'authorize', behave, (declines) =>
      authorize(store, wanted, declines ? { decline: declinedOnOrder } : behaviour),
    )
  })
  const onAuthorization = (
    path: string,
    kind: OperationKind,
    work: (request: FastifyRequest<ById>, key: string) => () => Ending,
  ) =>
    app.post<ById>(`/authorizations/:id/${path}`, async (request, reply) => {
      const { id } = request.params
      if (!hasAuthorization(store, id))
        return refuse(reply, 404, 'no_such_authorization', `There is no authorization ${id}.`)
      const run = work(request, keyOf(request))
      const failed = { authorizationId: id, amount: 0, ...failedOnOrder }
      return answer(request, reply, kind, {}, (declines) => (declines ? failed : run()))
    })
  onAuthorization('captures', 'capture', ({ body, params: { id } }, key) => {
    const { amount_minor, currency, final } = Capture.parse(body)
    return () => capture(store, { authorizationId: id, amount: amount_minor, currency, final }, key)
  })
  onAuthorization('voids', 'void', ({ body, params: { id } }) => {
    const { amount_minor, currency } = Void.parse(body)
    return () => release(store, { authorizationId: id, amount: amount_minor, currency })
  })
  onAuthorization('refunds', 'refund', ({ body, params: { id } }, key) => {
    const { amount_minor, currency } = Refund.parse(body)
    return () => refund(store, { authorizationId: id, amount: amount_minor, currency }, key)
  })
  const onDispute = (
    path: string,
    kind: OperationKind,
    work: (request: FastifyRequest<ById>) => (dispute: DisputeRow) => Ending,
  ) =>
    app.post<ById>(`/disputes/:id/${path}`, async (request, reply) => {
      const { id } = request.params
      if (!findDispute(store, id)) return refuse(reply, 404, 'no_such_dispute', `There is no dispute ${id}.`)
      const run = work(request)
      return answer(request, reply, kind, {}, () => run(findDispute(store, id) as DisputeRow))
    })
  onDispute('evidence', 'evidence', ({ body }) => {
    const { evidence } = Evidence.parse(body)
    return (dispute) => submitEvidence(store, dispute, evidence)
  })
  onDispute('acceptance', 'acceptance', () => (dispute) => acceptDispute(store, dispute))

  const late = new Map<string, Promise<void>>()
  /** A request that is repeated while it waits does not wait anew. */
  const onceLate = (key: string, ms: number) => {
    const waiting = late.get(key) ?? sleep(ms).finally(() => late.delete(key))
    late.set(key, waiting)
    return waiting
  }

  /** Does the work once and answers, unless something else was ordered or the payment method is peculiar. */
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    kind: OperationKind,
    peculiar: { lateMs?: number | undefined; losesAnswer?: true | undefined },
    work: (declines: boolean) => Ending,
  ) {
    const instruction = { key: keyOf(request), kind, fingerprint: JSON.stringify([request.url, request.body]) }
    const repeated = findRepeated(store, instruction)
    if (take(store, kind, 'unavailable')) return refuse(reply, 503, 'unavailable', 'Try again later.')
    const lateMs = take(store, kind, 'delay')?.delayMs ?? peculiar.lateMs
    if (lateMs && !repeated) await onceLate(instruction.key, lateMs)
    const operation = perform(store, instruction, () => work(take(store, kind, 'decline') !== undefined))
    if (take(store, kind, 'lose_response') || (peculiar.losesAnswer && !repeated)) return lose(reply)
    return operationView(store, operation)
  }
}

function mountReading(app: FastifyInstance, store: Store): void {
  app.get<{ Params: { key: string } }>('/operations/:key', async (request, reply) => {
    if (take(store, 'lookup', 'unavailable')) return refuse(reply, 503, 'unavailable', 'Try again later.')
    if (take(store, 'lookup', 'lose_response')) return lose(reply)
    const operation = findOperation(store, request.params.key)
    if (!operation) return refuse(reply, 404, 'no_such_operation', 'No operation came with this key.')
    return operationView(store, operation)
  })
  app.get('/movements', async (request) => {
    const { from, to } = Period.parse(request.query)
    return { movements: movementsBetween(store, Date.parse(from), Date.parse(to)) }
  })
  app.get('/authorizations', async (request) => {
    const { from, to } = Period.parse(request.query)
    const rows = authorizationsBetween(store, Date.parse(from), Date.parse(to))
    return { authorizations: rows.map(authorizationView) }
  })
  app.get<{ Params: { intent: string } }>('/actions/:intent', async (request, reply) => {
    const authorization = findAction(store, request.params.intent)
    if (!authorization) return refuse(reply, 404, 'no_such_action', 'Nothing is to be confirmed for this payment.')
    return authorizationView(authorization)
  })
  app.post<{ Params: { intent: string } }>('/actions/:intent', async (request, reply) => {
    const { decision } = Decision.parse(request.body)
    const authorization = completeAction(store, request.params.intent, decision === 'approve')
    if (!authorization) return refuse(reply, 404, 'no_such_action', 'Nothing is to be confirmed for this payment.')
    return authorizationView(authorization)
  })
}

function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return text.parse(headers['idempotency-key'])
}

/** The work is done and the connection breaks before the answer. */
function lose(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}

function isBearer(given: string | undefined, secret: string): boolean {
  const expected = Buffer.from(`Bearer ${secret}`)
  const actual = Buffer.from(given ?? '')
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
