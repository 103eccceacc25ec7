import { z } from 'zod'

export { Day, Name, OrderLineId, OrderReference, Quantity, Sku, WarehouseId } from '@backroom/fields'

/** What a caller may name; each describes itself in the published schemas. */
export const Region = z.string().min(1).max(64).describe('Region, for example east; "all" for every one')

/** Minor units of a currency. */
export const AmountMinor = z.int().nonnegative().max(1_000_000_000_000)

export const Reason = z.string().trim().min(1).max(500)

export const ExpectedVersion = z
  .int()
  .positive()
  .optional()
  .describe('version of the order that you decided on; refused when it has changed since')
