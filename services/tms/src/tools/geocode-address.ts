import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { isServed, listDepots } from '../depot.ts'
import { candidatesFor } from '../gazetteer.ts'

export const geocodeAddress = defineTool({
  name: 'geocode_address',
  title: 'Geocode address',
  description:
    'Find where an address is, by an offline gazetteer of US postal codes: places that it can mean, how exact each is, and the depots whose own fleet delivers there. It knows no streets.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({
    postal_code: z.string().trim().min(1).max(16).optional(),
    city: z.string().trim().min(1).max(120).optional(),
    region: z.string().trim().min(1).max(40).optional().describe('State, for example OH'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default('US'),
  }),
  output: z.object({
    candidates: z.array(
      z.object({
        latitude: z.number(),
        longitude: z.number(),
        quality: z.enum(['postal_code', 'city']),
        city: z.string(),
        region: z.string(),
        postal_code: z.string().optional(),
        served_by: z.array(z.string()).describe('Depots'),
      }),
    ),
  }),
  text: ({ candidates }) => `${candidates.length} places`,
  handle: async (address, { db }) => {
    if (address.postal_code === undefined && (address.city === undefined || address.region === undefined))
      throw new BusinessError('invalid_argument', 'Give a postal_code, or a city with its region.')
    const depots = await listDepots(db)
    const candidates = candidatesFor(address).map(async ({ country: _, postal_code, ...place }) => {
      const served = await Promise.all(depots.map(async ({ id }) => ((await isServed(db, id, place)) ? [id] : [])))
      return { ...place, ...(postal_code ? { postal_code } : {}), served_by: served.flat() }
    })
    return { candidates: await Promise.all(candidates) }
  },
})
