import { z } from 'zod'

/** What a caller may name; each describes itself in the published schemas. */
export const OrderReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Order id (ord_…) or number (ORD-2026-000123)')

export const OrderLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('order_line_id of a line, from get_order')

export const Sku = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('SKU, for example CAT-1001')

export const WarehouseId = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Warehouse id, for example WH-2')

export const Region = z.string().min(1).max(64).describe('Region, for example east; "all" for every one')

/** A counted amount of units; the ceiling keeps every sum inside the database's integers. */
export const Quantity = z.int().positive().max(1_000_000)

/** Minor units of a currency. */
export const AmountMinor = z.int().nonnegative().max(1_000_000_000_000)

export const Day = z.iso.date().describe('Day as YYYY-MM-DD')

export const Reason = z.string().trim().min(1).max(500)

export const ExpectedVersion = z
  .int()
  .positive()
  .optional()
  .describe('version of the order that you decided on; refused when it has changed since')
