import { Quantity, Sku } from '@backroom/fields'
import { z } from 'zod'

export { Day, Name, Quantity, SerialNumber, Sku, WarehouseId } from '@backroom/fields'

/** What a caller may name; each describes itself in the published schemas. */
export const Region = z.string().min(1).max(64).describe('Region of warehouses, for example east; "all" for every one')

export const OrderRef = z
  .string()
  .regex(/^[\w.:/#-]{1,128}$/)
  .describe('Your reference for the order or checkout that the stock is for')

export const HoldSeconds = z.int().min(30).max(86_400).describe('Seconds that the hold lives')

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

export const TransferId = z.string().max(64).describe('Transfer id, for example trf_01J…')

export const TaskId = z.string().max(64).describe('Pick task id of create_pick_wave')

/** Units of SKUs, as callers list them. */
export const SkuLines = z
  .array(z.object({ sku: Sku, qty: Quantity }))
  .min(1)
  .max(100)
