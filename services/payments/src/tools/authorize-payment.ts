import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { authorizationOf, requestAuthorization } from '../authorization.ts'
import { AuthorizationResult, authorizationResult } from '../authorization-result.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, CheckoutId, Currency, CustomerId, OrderRef } from '../identifiers.ts'
import { moverOf } from '../limits.ts'
import { providerInUse } from '../provider-in-use.ts'
import { splitOf } from '../split.ts'
import { authorizePayment as workflow } from '../workflows/authorize-payment.ts'

export const authorizePayment = defineTool({
  name: 'authorize_payment',
  title: 'Authorise payment',
  description:
    'Reserve the money of a checkout. One checkout is authorised once: the same checkout_id again answers with its payment as it stands. A declined payment is a result, not an error.',
  scope: 'payments:authorize',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    checkout_id: CheckoutId,
    order_ref: OrderRef.describe('Id that the order of this checkout has, or will have'),
    customer_id: CustomerId,
    amount_minor: AmountMinor,
    currency: Currency,
    method: z
      .string()
      .regex(/^\w{1,64}$/)
      .describe('Token of a payment method at the provider; never card data'),
    ship_to_country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    items: z
      .array(
        z.object({
          sku: z.string().max(64).optional(),
          qty: z.int().positive().optional(),
          amount_minor: z.int().nonnegative().describe('Price of the goods after discount'),
          shipping_minor: z.int().nonnegative().default(0),
          tax_minor: z.int().nonnegative().default(0),
        }),
      )
      .max(500)
      .optional()
      .describe('How the amount divides into goods, shipping and tax; without it, all of it counts as goods'),
  }),
  output: AuthorizationResult,
  text: ({ payment_id, status }) => `Payment ${payment_id} is ${status.replaceAll('_', ' ')}`,
  start: async (args, { db, caller }) => {
    const { checkout_id, order_ref, customer_id, amount_minor, currency, method, items } = args
    const request = {
      checkoutId: checkout_id,
      orderRef: order_ref,
      customerId: customer_id,
      amount: amount_minor,
      ...splitOf(amount_minor, currency, items),
      currency,
      method,
    }
    const wanted = { mover: moverOf(caller), provider: providerInUse() }
    const { intent, authorization } = await requestAuthorization(db, request, wanted)
    const { id } = authorization
    await begin(db, workflow, {
      id,
      subject: intent.id,
      input: { authorizationId: id },
      startedBy: caller.subject,
    })
    return { workflowId: id, handle: intent.id }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(workflow, workflowId)
    const { intent_id } = await db
      .selectFrom('authorization')
      .select('intent_id')
      .where('id', '=', workflowId)
      .executeTakeFirstOrThrow()
    return authorizationResult(db, intent_id, await authorizationOf(db, intent_id))
  },
})
