import type { Insertable } from 'kysely'
import type { PostalAddress, Tables } from '../database-tables.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

const address = (name: string, line1: string, city: string, region: string, postal_code: string): PostalAddress => ({
  ...{ name, line1, city, region, postal_code, country: 'US' },
})

/** Working time: the United States' and the European Union's rules for drivers, as configuration. */
export const demoHoursRules: readonly Row<'hours_rule'>[] = [
  rule('us', 'United States: 11 h driving in 14 h of duty', 11, 14, 60, 8, 30),
  rule('eu', 'European Union: 9 h driving a day, 56 h a week', 9, 13, 56, 4.5, 45),
]

/** The depots, each next to a warehouse. */
export const demoDepots: readonly Row<'depot'>[] = [
  {
    ...{ id: 'DEP-1', warehouse_id: 'WH-1', name: 'Reno', latitude: 39.5296, longitude: -119.8138 },
    address: JSON.stringify(address('Backroom Reno', '2400 Valley Road', 'Reno', 'NV', '89512')),
    ...{ timezone: 'America/Los_Angeles', hours_rule: 'us' },
  },
  {
    ...{ id: 'DEP-2', warehouse_id: 'WH-2', name: 'Columbus', latitude: 39.9612, longitude: -82.9988 },
    address: JSON.stringify(address('Backroom Columbus', '815 Alum Creek Drive', 'Columbus', 'OH', '43207')),
    ...{ timezone: 'America/New_York', hours_rule: 'us' },
  },
  {
    ...{ id: 'DEP-3', warehouse_id: 'WH-3', name: 'Allentown', latitude: 40.6023, longitude: -75.4714 },
    address: JSON.stringify(address('Backroom Allentown', '77 Industrial Boulevard', 'Allentown', 'PA', '18109')),
    ...{ timezone: 'America/New_York', hours_rule: 'us' },
  },
]

/** Where the own fleet goes; of the demo customers the one in Cincinnati lives inside. */
export const demoAreas: readonly Row<'service_area'>[] = [
  area('DEP-1', 'Reno and Sparks', [-120.2, 39.2], [-119.4, 39.8]),
  area('DEP-2', 'Columbus to Cincinnati', [-84.9, 38.9], [-82.0, 40.6]),
  area('DEP-3', 'Lehigh Valley', [-76.0, 40.3], [-75.0, 40.9]),
]

export const demoVehicles: readonly Row<'vehicle'>[] = [
  van('veh-01', 'DEP-1', 'NV 48213', []),
  van('veh-02', 'DEP-1', 'NV 51907', [], 180_000),
  van('veh-03', 'DEP-2', 'OH 70314', ['liftgate']),
  van('veh-04', 'DEP-2', 'OH 70315', ['cold']),
  van('veh-05', 'DEP-3', 'PA 22871', []),
  van('veh-06', 'DEP-3', 'PA 22872', [], 220_000),
  { ...van('veh-07', 'DEP-2', 'OH 66102', ['liftgate']), type: 'truck', capacity_g: 3_500_000, status: 'maintenance' },
]

export const demoDrivers: readonly Row<'driver'>[] = [
  driver('drv-01', 'Marta Reyes', 'DEP-1', 'veh-01', []),
  driver('drv-02', 'Owen Park', 'DEP-1', 'veh-02', []),
  { ...driver('drv-03', 'Dmitri Vance', 'DEP-2', 'veh-03', ['heavy']), account: 'staff-driver' },
  driver('drv-04', 'Lucia Okonkwo', 'DEP-2', 'veh-04', []),
  driver('drv-05', 'Sam Whitaker', 'DEP-3', 'veh-05', ['heavy']),
  driver('drv-06', 'Ines Duarte', 'DEP-3', 'veh-06', []),
]

function rule(
  id: string,
  name: string,
  driveDay: number,
  dutyDay: number,
  driveWeek: number,
  breakAfter: number,
  breakMinutes: number,
): Row<'hours_rule'> {
  return {
    id,
    name,
    max_drive_day_s: driveDay * 3_600,
    max_duty_day_s: dutyDay * 3_600,
    max_drive_week_s: driveWeek * 3_600,
    break_after_s: breakAfter * 3_600,
    break_s: breakMinutes * 60,
  }
}

function area(depot: string, name: string, [west, south]: [number, number], [east, north]: [number, number]) {
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ]
  return { id: `area-${depot}`, depot_id: depot, name, polygon: JSON.stringify(corners), cutoff_time: '16:00' }
}

function van(id: string, depot_id: string, plate: string, skills: string[], range_m?: number): Row<'vehicle'> {
  return {
    ...{ id, depot_id, plate, skills, type: range_m ? 'electric van' : 'van', range_m: range_m ?? null },
    ...{ capacity_g: 1_200_000, capacity_cm3: 8_000_000, capacity_parcels: 120 },
    ...{ fixed_cost_minor: 4_000, cost_per_km_minor: range_m ? 22 : 38, cost_per_hour_minor: 2_600, currency: 'USD' },
  }
}

function driver(id: string, name: string, depot_id: string, vehicle_id: string, skills: string[]): Row<'driver'> {
  const number = Number(id.slice(-2))
  return {
    ...{ id, name, depot_id, vehicle_id, skills, phone: `+1 555 01${String(number).padStart(2, '0')}` },
    ...{ licence_class: number % 2 ? 'C' : 'B', licence_expiry: '2030-06-30', rating: 4.5 + (number % 5) / 10 },
    ...{
      shift_starts: number % 2 ? '07:00' : '08:00',
      shift_ends: number % 2 ? '17:00' : '18:00',
      status: 'available',
    },
  }
}
