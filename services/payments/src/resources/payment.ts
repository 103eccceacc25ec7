import { defineResource } from '../define.ts'
import { readIntent } from '../intent.ts'
import { completePayment } from '../payment-list.ts'
import { describePayment } from '../payment-view.ts'

export const payment = defineResource({
  name: 'payment',
  title: 'Payment',
  description: 'A payment with its captures, refunds, voids, holds and disputes.',
  uri: 'payments://payment/{id}',
  scope: 'payments:read',
  subscribable: true,
  complete: { id: (typed, { db }) => completePayment(db, typed) },
  read: async ({ id = '' }, { db }) => describePayment(db, await readIntent(db, { payment_id: id })),
})
