import { z } from 'zod'

/** What a caller may name; each describes itself in the published schemas. */
export const ClaimNumber = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Number of a claim, for example CLM-2026-000123')

export const RecoveryId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Id of a recovery (rec_…)')

export const OrderReference = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('Order id (ord_…) or number (ORD-2026-000123)')

export const OrderLineId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('order_line_id of a line, from get_order')

export const ShipmentReference = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('Shipment, by its id or its shipment_ref, as orders and logistics name it')

/** A counted amount of units; the ceiling keeps every sum inside the database's integers. */
export const Quantity = z.int().positive().max(1_000_000)

export const AmountMinor = z
  .int()
  .positive()
  .max(1_000_000_000_000)
  .describe('Minor units of the currency: 1299 is 12.99 USD')

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe('ISO 4217 code, for example USD')

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the file, 64 lower-case hexadecimal digits')

export const Day = z.iso.date().describe('Day as YYYY-MM-DD, UTC')

export const ExpectedVersion = z
  .int()
  .positive()
  .describe('version that you decided on; refused when it has changed since')

/** What somebody wrote: kept as it is, shown as untrusted. */
export const Statement = z.string().trim().min(1).max(4_000)
