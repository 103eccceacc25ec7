import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { requireDepot } from '../depot.ts'
import { listVehicles as list } from '../driver.ts'
import { DepotId, Skill } from '../identifiers.ts'

export const listVehicles = defineTool({
  name: 'list_vehicles',
  title: 'List vehicles',
  description: 'Vehicles with what they hold and can do, by depot and capability. verbosity full adds what they cost.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({
    depot: DepotId.optional(),
    capability: Skill.optional().describe('For example cold'),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(
    z.object({
      vehicle_id: z.string(),
      plate: z.string(),
      type: z.string(),
      depot: z.string(),
      status: z.enum(['active', 'maintenance', 'retired']),
      capacity: z.object({ weight_g: z.int(), volume_cm3: z.int(), parcels: z.int() }),
      capabilities: z.array(z.string()),
      range_m: z.int().nullable().describe('What one charge is good for; null: no limit'),
      costs: z
        .object({ fixed_minor: z.int(), per_km_minor: z.int(), per_hour_minor: z.int(), currency: z.string() })
        .optional(),
    }),
  ),
  text: ({ items, next_cursor }) => `${items.length} vehicles${next_cursor ? ', more follow' : ''}`,
  handle: async ({ depot, capability, cursor, limit, verbosity }, { db }) => {
    const depotId = depot === undefined ? undefined : (await requireDepot(db, depot)).id
    const { items, ...rest } = await list(db, { depotId, skill: capability }, { cursor, limit })
    return {
      ...rest,
      items: items.map((vehicle) => ({
        vehicle_id: vehicle.id,
        plate: vehicle.plate,
        type: vehicle.type,
        depot: vehicle.depot_id,
        status: vehicle.status,
        capacity: {
          weight_g: vehicle.capacity_g,
          volume_cm3: vehicle.capacity_cm3,
          parcels: vehicle.capacity_parcels,
        },
        capabilities: vehicle.skills,
        range_m: vehicle.range_m,
        ...(verbosity === 'full'
          ? {
              costs: {
                fixed_minor: vehicle.fixed_cost_minor,
                per_km_minor: vehicle.cost_per_km_minor,
                per_hour_minor: vehicle.cost_per_hour_minor,
                currency: vehicle.currency,
              },
            }
          : {}),
      })),
    }
  },
})
