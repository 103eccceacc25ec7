import { z } from 'zod'

export { Name, OrderLineId, OrderReference, Quantity, SerialNumber, Sha256, Sku, WarehouseId } from '@backroom/fields'

/** What a caller may name; each describes itself in the published schemas. */
export const RmaReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Number (RMA-2026-000123) or id (rma_…) of the return')

export const RmaLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('rma_line_id of a line, from get_return')

export const ReasonCode = z
  .string()
  .regex(/^[a-z_]{1,32}$/)
  .describe('Code of returns://policy/{region}, for example changed_mind, defective or damaged_in_transit')

/** Minor units of a currency. */
export const AmountMinor = z.int().nonnegative().max(1_000_000_000_000)

export const Text = z.string().trim().min(1).max(500)

export const ExpectedVersion = z
  .int()
  .positive()
  .optional()
  .describe('version of the return that you decided on; refused when it has changed since')
