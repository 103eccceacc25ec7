import { z } from 'zod'

/** What a caller may name; each describes itself in the published schemas. */
export const Sku = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('SKU, for example CAT-1001')

export const WarehouseId = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Warehouse id, for example WH-2')

export const Region = z.string().min(1).max(64).describe('Region of warehouses, for example east; "all" for every one')

export const OrderRef = z
  .string()
  .min(1)
  .max(128)
  .describe('Your reference for the order or checkout that the stock is for')

export const PoNumber = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Purchase order number, for example PO-2026-000123')

export const Lot = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .describe('Lot number')

export const Location = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .describe('Place in the warehouse, for example A-01-03-2')

/** A counted amount of units; the ceiling keeps every sum inside the database's integers. */
export const Quantity = z.int().positive().max(1_000_000)

export const Day = z.iso.date().describe('Day as YYYY-MM-DD')
