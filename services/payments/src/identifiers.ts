import { z } from 'zod'

export { Currency, Day } from '@backroom/fields'

/** What a caller may name; each describes itself in the published schemas. */
export const PaymentId = z
  .string()
  .min(1)
  .max(64)
  .describe('Payment id (pay_…), or the handle of a call that was still in progress')

export const OrderRef = z.string().min(1).max(128).describe('Order id')
export const CheckoutId = z.string().min(1).max(128).describe('Checkout id')
export const CustomerId = z.string().min(1).max(64).describe('Customer id, for example cust-001')
export const HoldId = z.string().min(1).max(64).describe('Hold id (hold_…)')
export const DisputeId = z.string().min(1).max(64).describe('Dispute id (dsp_…)')

/** The ceiling keeps every sum inside 2^53. */
export const AmountMinor = z
  .int()
  .positive()
  .max(1_000_000_000_000)
  .describe('Minor units of the currency: 1299 is 12.99 USD, 1299 JPY or 1.299 KWD')

export const Reason = z.string().trim().min(3).max(500).describe('Why, in a few words; kept for ever')
export const ExpectedVersion = z.int().positive().describe('version that you saw; refused when it has changed since')
