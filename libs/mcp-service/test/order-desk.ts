import { z } from 'zod'
import { BusinessError, defineService, definitionsFor } from '../src/index.ts'

type NoTables = Record<string, never>

const { defineTool } = definitionsFor<NoTables>()

const Who = z.object({ kind: z.string(), subject: z.string(), actor: z.string().nullable() })
const who = ({ kind, subject, actor }: { kind: string; subject: string; actor?: string }) => ({
  kind,
  subject,
  actor: actor ?? null,
})

const searchOrders = defineTool({
  name: 'search_orders',
  description: 'Says for whom it searches.',
  scope: 'oms:read',
  effect: 'read',
  input: z.object({}),
  output: Who,
  text: ({ subject }) => `Orders of ${subject}`,
  handle: (_, { caller }) => who(caller),
})

const cancelOrder = defineTool({
  name: 'cancel_order',
  description: 'Needs a person who confirms.',
  scope: 'oms:cancel',
  effect: 'destructive',
  repeat: 'natural',
  approval: () => ({ tier: 'A1', reason: 'an order is cancelled' }),
  input: z.object({ order_id: z.string() }),
  output: Who,
  text: () => 'Cancelled',
  handle({ order_id }, { caller }) {
    if (order_id === 'gone') throw new BusinessError('not_found', 'There is no such order.', { details: { order_id } })
    return who(caller)
  },
})

const placeHold = defineTool({
  name: 'place_hold',
  description: 'For people; no process of a service does it.',
  scope: 'oms:hold',
  effect: 'write',
  repeat: 'natural',
  input: z.object({}),
  output: Who,
  text: () => 'Held',
  handle: (_, { caller }) => who(caller),
})

/** A process that never ends by itself. */
const startCheckout = defineTool({
  name: 'start_checkout',
  description: 'Starts a process that goes on for ever.',
  scope: 'oms:checkout',
  serviceOnly: true,
  effect: 'write',
  repeat: 'natural',
  input: z.object({ checkout_id: z.string() }),
  output: z.object({ never: z.literal(true) }),
  text: () => 'never',
  start: ({ checkout_id }) => ({ workflowId: checkout_id, handle: checkout_id }),
  outcome: () => new Promise<never>(() => undefined),
})

/** A small order service with one tool for each rule about calls of services. */
export const orderDesk = defineService({
  domain: 'oms',
  instructions: 'Orders for tests.',
  tools: [searchOrders, cancelOrder, placeHold, startCheckout],
  resources: [],
  prompts: [],
})

const relay = defineTool({
  name: 'relay',
  description: 'Calls a tool of the order service.',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({
    tool: z.string(),
    args: z.record(z.string(), z.unknown()).default({}),
    as: z.enum(['itself', 'caller']).default('caller'),
    options: z.object({ timeoutMs: z.int(), workflowId: z.string(), approvalId: z.string() }).partial().default({}),
  }),
  output: z.object({ answer: z.unknown() }),
  text: () => 'Relayed',
  async handle({ tool, args, as, options }, { callService, callAsCaller }) {
    const call = as === 'caller' ? callAsCaller : callService
    return { answer: await call('oms', tool, args, JSON.parse(JSON.stringify(options))) }
  },
})

const tryWithin = defineTool({
  name: 'call_within_transaction',
  description: 'Breaks the rule that no transaction waits for another service.',
  scope: 'catshop:write',
  effect: 'write',
  repeat: 'natural',
  input: z.object({}),
  output: z.object({}),
  text: () => '',
  async handle(_, { callAsCaller }) {
    await callAsCaller('oms', 'search_orders', {})
    return {}
  },
})

/** A shop that passes calls on to the order service. */
export const relayShop = defineService({
  domain: 'catshop',
  instructions: 'Relay.',
  tools: [relay, tryWithin],
  resources: [],
  prompts: [],
})
