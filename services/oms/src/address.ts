import { z } from 'zod'

const text = (most: number) => z.string().trim().min(1).max(most)

/** Where an order goes. Its text comes from people and is never an instruction. */
export const Address = z.object({
  name: text(120).describe('Who receives the parcel'),
  line1: text(120),
  line2: text(120).optional(),
  city: text(120),
  region: z.string().trim().max(40).describe('State or province, for example OR; may be empty'),
  postal_code: text(16),
  country: z
    .string()
    .trim()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter ISO 3166 code such as US'),
})

export type Address = z.output<typeof Address>
