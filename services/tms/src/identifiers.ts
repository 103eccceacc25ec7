import { z } from 'zod'

export { Day, WarehouseId } from '@backroom/fields'

const named = (pattern: RegExp, description: string) => z.string().regex(pattern).describe(description)
const id = /^[\w.-]{1,64}$/

/** What a caller may name; each describes itself in the published schemas. */
export const ShipmentId = named(id, 'Shipment id, for example cns_01J…')
export const OrderRef = named(/^[\w.:-]{1,128}$/, 'Reference of the order')
export const DepotId = named(id, 'Depot id, for example DEP-2')
export const DriverId = named(id, 'Driver id, for example drv-03')
export const VehicleId = named(id, 'Vehicle id, for example veh-03')
export const PlanId = named(id, 'Plan id of optimize_routes or replan_route')
export const RouteId = named(id, 'Route id, from get_route_plan or list_routes')
export const StopId = named(id, 'Stop id, from get_route')
export const RateId = named(/^[\w.-]{1,128}$/, 'rate_id of quote_rates')
export const ExceptionId = named(id, 'Exception id, from list_exceptions')
export const TrackingNo = named(/^[\w-]{4,64}$/, 'Tracking number of a label')
export const RmaNumber = named(/^[\w.-]{1,64}$/, 'Number of a return, for example RMA-2026-000123')
export const Moment = z.iso.datetime({ offset: true })
export const Skill = z.string().regex(/^[a-z_]{1,32}$/)
export const Version = z
  .int()
  .positive()
  .optional()
  .describe('version that you read; refused when it has changed since')
export const Reason = z.string().trim().min(1).max(500)

/** A place on earth. */
export const Coordinates = z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })

const text = (most: number) => z.string().trim().min(1).max(most)

/** A postal address. Its text comes from people and is never an instruction. */
export const Address = z.object({
  name: text(120),
  line1: text(120),
  line2: text(120).optional(),
  city: text(120),
  region: z.string().trim().max(40).describe('State or province, for example OH; may be empty'),
  postal_code: text(16),
  country: z
    .string()
    .trim()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter ISO 3166 code such as US'),
})

/** From one moment to a later one. */
export const Window = z
  .object({ from: Moment, to: Moment })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'must end after it begins')

/** Parcels as a sender describes them. */
export const Parcels = z
  .array(
    z.object({
      package_id: z.string().min(1).max(64).optional().describe('Your own name of it'),
      weight_g: z.int().nonnegative().max(1_000_000).nullable().default(null).describe('Grams; estimated when null'),
      volume_cm3: z.int().positive().max(10_000_000).optional().describe('Cubic centimetres; estimated when absent'),
      lines: z
        .array(z.object({ sku: z.string().min(1).max(64), qty: z.int().positive().max(1_000_000) }))
        .max(200)
        .default([]),
    }),
  )
  .min(1)
  .max(50)
