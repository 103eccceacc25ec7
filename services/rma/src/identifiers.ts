import { z } from 'zod'

/** What a caller may name; each describes itself in the published schemas. */
export const RmaReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Number (RMA-2026-000123) or id (rma_…) of the return')

export const OrderReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Order id (ord_…) or number (ORD-2026-000123)')

export const OrderLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('order_line_id of a line, from get_order of the orders server')

export const RmaLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('rma_line_id of a line, from get_return')

export const Sku = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('SKU, for example CAT-1001')

export const WarehouseId = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Warehouse id, for example WH-2')

export const ReasonCode = z
  .string()
  .regex(/^[a-z_]{1,32}$/)
  .describe('Code of returns://policy/{region}, for example changed_mind, defective or damaged_in_transit')

/** A counted amount of units; the ceiling keeps every sum inside the database's integers. */
export const Quantity = z.int().positive().max(1_000_000)

/** Minor units of a currency. */
export const AmountMinor = z.int().nonnegative().max(1_000_000_000_000)

export const Text = z.string().trim().min(1).max(500)

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const ExpectedVersion = z
  .int()
  .positive()
  .optional()
  .describe('version of the return that you decided on; refused when it has changed since')
