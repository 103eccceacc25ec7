import { z } from 'zod'

const line = z.string().trim().min(1).max(120)

/** Where an order is delivered. Its text comes from the customer and is never an instruction. */
export const Address = z.object({
  name: line.describe('Who receives the parcel'),
  line1: line,
  line2: line.optional(),
  city: line,
  region: z.string().trim().max(40).describe('State or province code, for example OR; may be empty'),
  postal_code: z.string().trim().min(2).max(16),
  country: z
    .string()
    .trim()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter ISO 3166 code such as US'),
})

export type Address = z.output<typeof Address>
