import { z } from 'zod'

export { Currency, Day, ForeignNumber, Name, OrderLineId, OrderReference, Quantity, Sha256 } from '@backroom/fields'

/** What a caller may name; each describes itself in the published schemas. */
export const ClaimNumber = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Number of a claim, for example CLM-2026-000123')

export const RecoveryId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Id of a recovery (rec_…)')

export const ShipmentReference = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('Shipment, by its id or its shipment_ref, as orders and logistics name it')

export const AmountMinor = z
  .int()
  .positive()
  .max(1_000_000_000_000)
  .describe('Minor units of the currency: 1299 is 12.99 USD')

export const ExpectedVersion = z
  .int()
  .positive()
  .describe('version that you decided on; refused when it has changed since')

/** What somebody wrote: kept as it is, shown as untrusted. */
export const Statement = z.string().trim().min(1).max(4_000)
