import { z } from 'zod'

/** Fields that mean the same in every domain; each describes itself in the published schemas. */
export const Sku = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('SKU, for example CAT-1001')

export const WarehouseId = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Warehouse id, for example WH-2')

export const OrderReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Order id (ord_…) or number (ORD-2026-000123)')

export const OrderLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('order_line_id of a line, from get_order of the orders server')

/** A counted amount of units; the ceiling keeps every sum inside the database's integers. */
export const Quantity = z.int().positive().max(1_000_000)

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe('ISO 4217 code, for example USD')

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the file, 64 lower-case hexadecimal digits')

/** What is printed on goods. */
export const SerialNumber = z
  .string()
  .trim()
  .regex(/^[\w.:/+#-]{1,64}$/)
  .describe('Serial number, as it stands on the unit')

/** A name of goods or partners: one line without markup, since it is shown as it is. */
export const Name = z
  .string()
  .trim()
  .regex(/^[^\r\n\t<>{}[\]\\`|*_~^=;@\u2028-\u202e\u2066-\u2069]{1,120}$/)
  .describe('One line without markup')

/** A number or code that somebody else gave. */
export const ForeignNumber = z
  .string()
  .trim()
  .regex(/^[\w.:/#-][\w.:/# -]{0,119}$/)
  .describe('As they write it')

export const Day = z.iso.date().describe('Day as YYYY-MM-DD, UTC')
