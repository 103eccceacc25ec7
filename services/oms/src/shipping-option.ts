import { z } from 'zod'
import { Name } from './identifiers.ts'

/** How an order travels: business days from order to door. */
export const ShippingOption = z.object({
  code: z.string().min(1).max(40),
  title: Name,
  days_min: z.int().min(0).max(90),
  days_max: z.int().min(0).max(90),
})

export type ShippingOption = z.output<typeof ShippingOption>
