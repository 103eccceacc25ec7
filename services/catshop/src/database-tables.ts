import type { BusinessErrorBody } from '@backroom/mcp-service'
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Address } from './address.ts'
import type { PurchaseOrder } from './purchase-order.ts'

type Time = ColumnType<Date, Date | string, Date | string>
type DefaultTime = ColumnType<Date, Date | string | undefined, Date | string>

/** The tables of schema `catshop` (migrations/). */
export interface Tables {
  cart: {
    username: string
    coupon_code: string | null
    version: Generated<number>
    expires_at: Time
  }
  cart_items: {
    username: string
    product_id: string
    quantity: number
    price_minor: number
    added_at: DefaultTime
  }
  checkout_session: {
    checkout_id: string
    customer_id: string
    status: 'ready_for_complete' | 'complete_in_progress' | 'requires_escalation' | 'completed' | 'canceled'
    source: 'cart' | 'one_shot'
    cart_version: number
    address_untrusted: JSONColumnType<Address>
    shipping_option: string
    total_minor: number
    purchase: JSONColumnType<PurchaseOrder> | null
    coupon_code: string | null
    order_ref: string | null
    order_number: string | null
    action_url: string | null
    failure: JSONColumnType<BusinessErrorBody> | null
    revoked: Generated<boolean>
    expires_at: Time
    begun_at: Time | null
    completed_at: Time | null
  }
  coupon: {
    code: string
    description: string
    percent_basis_points: number | null
    amount_minor: number | null
    minimum_subtotal_minor: Generated<number>
    starts_at: DefaultTime
    ends_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
    once_per_customer: Generated<boolean>
    usage_limit: number | null
    used_count: Generated<number>
  }
  coupon_redemption: { code: string; checkout_id: string; customer_id: string }
  customer: {
    customer_id: string
    username: string
    email: string | null
    name: string | null
    default_address: JSONColumnType<Address> | null
    created_at: DefaultTime
  }
  customer_payment_method: { customer_id: string; token: string; label: string; position: Generated<number> }
  product: {
    product_id: string
    legacy_no: number
    name: string
    description: string
    category: string
    price_minor: number
    currency: string
    popularity: Generated<number>
    tier: Generated<number>
    rating_total: Generated<number>
    rating_count: Generated<number>
    rating_avg: GeneratedAlways<number | null>
    active: Generated<boolean>
    attributes: ColumnType<Record<string, unknown>, string | undefined, string>
    created_at: DefaultTime
  }
  purchase_policy: { confirm_above_minor: number }
  review: {
    review_id: string
    customer_id: string
    product_id: string
    order_id: string | null
    rating: number
    text_untrusted: string
    status: 'pending' | 'published' | 'rejected'
    verified_purchase: GeneratedAlways<boolean>
    created_at: DefaultTime
    updated_at: DefaultTime
  }
  search_word: { word: string; stem: GeneratedAlways<string | null> }
  shipping_option: {
    code: string
    title: string
    price_minor: number
    free_from_minor: number | null
    days_min: number
    days_max: number
  }
  tax_rate: { country: string; region: string; rate: number }
  variant: { sku: string; product_id: string }
}
