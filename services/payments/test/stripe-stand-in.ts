import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A PaymentIntent, refund or dispute as the stand-in keeps it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of Stripe, of which only what the adapter reads is kept.
type StripeObject = Record<string, any>

/** A request as it came. */
export interface SeenRequest {
  method: string
  path: string
  contentType: string | undefined
  key: string | undefined
  form: Record<string, string>
}

/**
 * The part of Stripe's API that the adapter uses, as it behaves: form-encoded bodies, idempotency keys that answer as the
 * first time until they are forgotten, its error shapes.
 */
export interface StripeStandIn {
  url: string
  seen: SeenRequest[]
  intents: Map<string, StripeObject>
  refunds: Map<string, StripeObject>
  disputes: Map<string, StripeObject>
  transactions: StripeObject[]
  /** Breaks the connection after the work of the next requests. */
  loseAnswers(times: number): void
  /** Answers the next requests with that status, without doing anything. */
  refuse(status: number, times: number): void
  /** Stripe keeps keys for a day or so. */
  forgetKeys(): void
  /** The customer of a payment has confirmed it. */
  confirm(intentId: string): void
  close(): Promise<void>
}

class StripeRefusal extends Error {
  readonly status: number
  readonly body: StripeObject
  constructor(status: number, error: StripeObject) {
    super(String(error.code))
    this.status = status
    this.body = { error }
  }
}

export const CAPTURE_BEFORE = 1_900_000_000

export async function startStripe(): Promise<StripeStandIn> {
  const intents = new Map<string, StripeObject>()
  const refunds = new Map<string, StripeObject>()
  const disputes = new Map<string, StripeObject>()
  const transactions: StripeObject[] = []
  const seen: SeenRequest[] = []
  const answered = new Map<string, { request: string; status: number; body: StripeObject }>()
  const faults = { lost: 0, refusals: 0, status: 0 }
  const state = { intents, refunds, disputes, transactions }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', headers } = request
    const url = new URL(request.url ?? '/', 'http://stripe')
    const body = await text(request)
    const form = Object.fromEntries(new URLSearchParams(method === 'GET' ? url.search : body))
    const key = headers['idempotency-key'] as string | undefined
    seen.push({ method, path: url.pathname, contentType: headers['content-type'], key, form })
    if (faults.refusals > 0) {
      faults.refusals -= 1
      return send(response, faults.status, { error: { type: 'api_error', message: 'not now' } })
    }
    const identity = `${method} ${url.pathname} ${body}`
    const known = method === 'POST' && key ? answered.get(key) : undefined
    if (known && known.request !== identity)
      return send(response, 400, { error: { type: 'idempotency_error', message: 'Keys can only be used once.' } })
    const answer = known ?? perform(() => route(state, method, url.pathname, form))
    // Stripe keeps what it did and what it declined, not what it could not read.
    if (method === 'POST' && key && (answer.status === 200 || answer.status === 402))
      answered.set(key, { ...answer, request: identity })
    if (faults.lost > 0) {
      faults.lost -= 1
      return void response.destroy()
    }
    return send(response, answer.status, answer.body, known ? { 'idempotent-replayed': 'true' } : {})
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...{ seen, ...state },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers: (times) => void Object.assign(faults, { lost: times }),
    refuse: (status, times) => void Object.assign(faults, { status, refusals: times }),
    forgetKeys: () => answered.clear(),
    confirm(intentId) {
      const intent = intents.get(intentId) as StripeObject
      Object.assign(intent, { status: 'requires_capture', amount_capturable: intent.amount, next_action: null })
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type State = Pick<StripeStandIn, 'intents' | 'refunds' | 'disputes' | 'transactions'>

function perform(work: () => StripeObject): { status: number; body: StripeObject } {
  try {
    return { status: 200, body: structuredClone(work()) }
  } catch (error) {
    if (error instanceof StripeRefusal) return { status: error.status, body: error.body }
    throw error
  }
}

function route(state: State, method: string, path: string, form: Record<string, string>): StripeObject {
  const [, , resource, id = '', action] = path.split('/')
  const call = `${method} ${resource}${id && id !== 'search' ? '/:id' : id ? '/search' : ''}${action ? `/${action}` : ''}`
  switch (call) {
    case 'POST payment_intents':
      return createIntent(state, form)
    case 'GET payment_intents/:id':
      return found(state.intents, id)
    case 'GET payment_intents/search':
      return list(
        [...state.intents.values()].filter(({ metadata }) => form.query?.includes(`'${metadata.operation_id}'`)),
      )
    case 'POST payment_intents/:id/capture':
      return capture(found(state.intents, id), form)
    case 'POST payment_intents/:id/cancel':
      return cancel(found(state.intents, id))
    case 'POST refunds':
      return refund(state, form)
    case 'GET refunds':
      return list([...state.refunds.values()].filter(({ payment_intent }) => payment_intent === form.payment_intent))
    case 'POST disputes/:id':
      return Object.assign(found(state.disputes, id), { status: 'under_review', evidence: nested(form, 'evidence') })
    case 'POST disputes/:id/close':
      return Object.assign(found(state.disputes, id), { status: 'lost' })
    case 'GET balance_transactions':
      return list(state.transactions)
  }
  throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'url_invalid', message: `No ${call}.` })
}

function createIntent({ intents }: State, form: Record<string, string>): StripeObject {
  const { payment_method: method, amount, currency, return_url } = form
  const id = `pi_${randomUUID()}`
  const intent: StripeObject = {
    ...{ id, object: 'payment_intent', amount: Number(amount), amount_capturable: 0, amount_received: 0, currency },
    ...{ created: 1_800_000_000, status: 'requires_capture', metadata: nested(form, 'metadata') },
    ...{ next_action: null, last_payment_error: null, cancellation_reason: null },
    latest_charge: {
      ...{ object: 'charge', outcome: { risk_level: method === 'pm_risky' ? 'elevated' : 'normal' } },
      payment_method_details: {
        card: {
          capture_before: CAPTURE_BEFORE,
          multicapture: { status: method === 'pm_single' ? 'unavailable' : 'available' },
        },
      },
    },
  }
  if (method === 'pm_missing')
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: 'No such method.',
    })
  intents.set(id, intent)
  if (method === 'pm_declined') {
    const error = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'No money.',
    }
    Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error })
    throw new StripeRefusal(402, { ...error, payment_intent: intent })
  }
  if (method === 'pm_3ds')
    Object.assign(intent, {
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.example/confirm', return_url } },
    })
  else intent.amount_capturable = intent.amount
  return intent
}

function capture(intent: StripeObject, form: Record<string, string>): StripeObject {
  const amount = Number(form.amount_to_capture)
  if (intent.status !== 'requires_capture') throw unexpectedState(intent)
  if (amount > intent.amount_capturable)
    throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'amount_too_large', message: 'Too much.' })
  const isFinal = form.final_capture !== 'false'
  Object.assign(intent, {
    amount_received: intent.amount_received + amount,
    amount_capturable: isFinal ? 0 : intent.amount_capturable - amount,
    status: isFinal ? 'succeeded' : 'requires_capture',
    metadata: { ...intent.metadata, ...nested(form, 'metadata') },
  })
  return intent
}

function cancel(intent: StripeObject): StripeObject {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpectedState(intent)
  return Object.assign(intent, { status: 'canceled', amount_capturable: 0 })
}

function refund({ intents, refunds }: State, form: Record<string, string>): StripeObject {
  const { payment_intent = '', amount } = form
  const intent = found(intents, payment_intent)
  const before = [...refunds.values()].filter((one) => one.payment_intent === payment_intent)
  const rest = before.reduce((left, one) => left - one.amount, intent.amount_received)
  if (Number(amount) > rest)
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'charge_already_refunded',
      message: 'Too much.',
    })
  const id = `re_${randomUUID()}`
  const made = { id, object: 'refund', payment_intent, amount: Number(amount), currency: intent.currency }
  refunds.set(id, { ...made, status: 'succeeded', metadata: nested(form, 'metadata') })
  return refunds.get(id) as StripeObject
}

function unexpectedState({ status }: StripeObject): StripeRefusal {
  const message = `This PaymentIntent has a status of ${status}.`
  return new StripeRefusal(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message })
}

function found(objects: Map<string, StripeObject>, id: string): StripeObject {
  const object = objects.get(id)
  if (object) return object
  throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${id}.` })
}

function list(data: StripeObject[]): StripeObject {
  return { object: 'list', data, has_more: false, next_page: null }
}

/** `name[a]=1&name[b]=2` of a form as an object. */
function nested(form: Record<string, string>, name: string): Record<string, string> {
  const entries = Object.entries(form).filter(([key]) => key.startsWith(`${name}[`))
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(name.length + 1, -1), value]))
}

function send(
  response: ServerResponse,
  status: number,
  body: StripeObject,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1', ...headers })
  response.end(JSON.stringify(body))
}
