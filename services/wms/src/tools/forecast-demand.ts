import { z } from 'zod'
import { defineTool } from '../define.ts'
import { DemandAge, demandNote, forecastDemand as forecast } from '../demand.ts'
import { Sku, WarehouseId } from '../identifiers.ts'

export const forecastDemand = defineTool({
  name: 'forecast_demand',
  title: 'Forecast demand',
  description:
    'Units of a SKU that customers are expected to order per day, from the same weekdays of the last six weeks, with mean and standard deviation. For one warehouse or all of them.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({
    sku: Sku,
    warehouse: WarehouseId.optional(),
    horizon_days: z.int().min(1).max(90).default(14),
  }),
  output: z.object({
    sku: z.string(),
    warehouse: z.string().optional(),
    method: z.enum(['weekday_mean', 'no_history']),
    ...DemandAge,
    mean_per_day: z.number(),
    sd_per_day: z.number(),
    total: z.number(),
    days: z.array(z.object({ day: z.string(), expected: z.number() })),
  }),
  text: ({ sku, total, days, ...age }) =>
    `${sku}: about ${Math.round(total)} units in ${days.length} days${demandNote(age)}`,
  handle: ({ sku, warehouse, horizon_days }, { db }) => forecast(db, { sku, warehouse, horizonDays: horizon_days }),
})
