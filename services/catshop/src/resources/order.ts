import { shopperOf } from '../customer.ts'
import { defineResource } from '../define.ts'
import { lookUpOrder } from '../order-lookup.ts'

export const orderResource = defineResource({
  name: 'order',
  title: 'Your order',
  description: 'One of your orders by its order_id or its number, as get_order_status shows it.',
  uri: 'catshop://orders/{id}',
  scope: 'catshop:read',
  async read({ id = '' }, { db, caller, callAsCaller }) {
    shopperOf(caller)
    return lookUpOrder({ db, callAsCaller }, id)
  },
})
