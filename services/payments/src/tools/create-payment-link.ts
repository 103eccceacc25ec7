import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { authorizationOf, requestAuthorization } from '../authorization.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, CheckoutId, Currency, CustomerId, OrderRef, Reason } from '../identifiers.ts'
import { readIntent } from '../intent.ts'
import { moverOf } from '../limits.ts'
import { providerInUse } from '../provider-in-use.ts'
import { authorizePayment } from '../workflows/authorize-payment.ts'

export const createPaymentLink = defineTool({
  name: 'create_payment_link',
  title: 'Create payment link',
  description:
    'Ask a customer to pay by a link, for example what an exchange costs more. Nothing is charged before the customer has agreed there; then the money is authorised for the order. The same checkout_id again answers with its link.',
  scope: 'payments:authorize',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    checkout_id: CheckoutId.describe('What is paid for, once'),
    order_ref: OrderRef,
    customer_id: CustomerId,
    amount_minor: AmountMinor,
    currency: Currency,
    reason: Reason,
  }),
  output: z.object({
    payment_id: z.string(),
    status: z.string().describe('requires_action until the customer has decided'),
    url: z.string().nullable().describe('Where the customer pays; null once that is decided'),
    amount_minor: z.int(),
    currency: z.string(),
  }),
  text: ({ payment_id, url }) => (url ? `The customer can pay at ${url}` : `Payment ${payment_id} is decided`),
  start: async ({ checkout_id, order_ref, customer_id, amount_minor, currency }, { db, caller }) => {
    const provider = providerInUse()
    const method = provider.capabilities.linkMethod
    if (!method) throw noLinks(provider.name)
    const { intent, authorization } = await requestAuthorization(
      db,
      {
        ...{ checkoutId: checkout_id, orderRef: order_ref, customerId: customer_id },
        ...{ amount: amount_minor, shipping: 0, tax: 0, currency, method },
      },
      { mover: moverOf(caller), provider },
    )
    const { id } = authorization
    await begin(db, authorizePayment, {
      ...{ id, subject: intent.id, input: { authorizationId: id }, startedBy: caller.subject },
    })
    return { workflowId: id, handle: intent.id }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(authorizePayment, workflowId)
    const { intent_id } = await db
      .selectFrom('authorization')
      .select('intent_id')
      .where('id', '=', workflowId)
      .executeTakeFirstOrThrow()
    const { amount_minor, currency } = await readIntent(db, { payment_id: intent_id })
    const { status, action_url } = await authorizationOf(db, intent_id)
    return { payment_id: intent_id, status, url: action_url, amount_minor, currency }
  },
})

function noLinks(provider: string): BusinessError {
  return new BusinessError('conflict', `Payment links are not available at ${provider}. Nothing was charged.`, {
    nextActions: [{ hint: 'Ask the customer to order in the shop what costs more, and refund what came back.' }],
  })
}
