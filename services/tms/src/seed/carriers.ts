import type { Insertable } from 'kysely'
import { OWN_FLEET } from '../carrier/own-fleet.ts'
import type { Tables } from '../database-tables.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

const DAY_S = 86_400

/** The own fleet and three carriers that the simulator stands in for. */
export const demoCarriers: readonly Row<'carrier'>[] = [
  carrier(OWN_FLEET, 'Own fleet', 0, 2, true),
  carrier('northway', 'Northway Freight', 10_000, 7),
  carrier('parcelhop', 'Parcelhop', 10_000, 7),
  carrier('budgetpost', 'Budget Post', 5_000, 14),
]

/** How far each zone reaches, in kilometres. */
export const demoZones: readonly Row<'zone'>[] = [100, 250, 600, 1_500, 3_000, 20_000].map((up_to_km, index) => ({
  zone: index + 1,
  up_to_km,
}))

export const demoServices: readonly Row<'carrier_service'>[] = [
  service(OWN_FLEET, 'local', 'Own driver', 200_000, 0),
  service('northway', 'ground', 'Ground', 70_000, 1_200),
  service('northway', 'express', 'Express', 30_000, 1_200),
  service('parcelhop', 'ground', 'Ground', 31_500, 800),
  service('budgetpost', 'economy', 'Economy', 20_000, 0),
]

/** Days of transit and price by zone: base, then each kilogram. */
export const demoRateCards: readonly Row<'rate_card'>[] = [
  ...card(OWN_FLEET, 'local', [1, 1], [450, 480], 10),
  ...card('northway', 'ground', [1, 2, 3, 4, 4, 5], [690, 760, 820, 880, 960, 1_280], 55),
  ...card('northway', 'express', [1, 1, 1, 2, 2, 2], [1_290, 1_490, 1_690, 1_990, 2_290, 2_990], 95),
  ...card('parcelhop', 'ground', [1, 2, 2, 4, 5, 6], [590, 660, 740, 910, 1_040, 1_390], 60),
  ...card('budgetpost', 'economy', [4, 5, 6, 8, 9, 12], [420, 450, 490, 560, 640, 990], 45),
]

/** What the shop's delivery options promise. */
export const demoServiceLevels: readonly Row<'service_level'>[] = [
  { code: 'standard', name: 'Standard delivery', days: 5 },
  { code: 'express', name: 'Express delivery', days: 2 },
  { code: 'local', name: 'Next working day by own driver', days: 1 },
]

/** Up to where nobody is asked; a dispatcher's ordinary day stays below. Reshipping has no limit, so it is always confirmed. */
export const demoLimits: readonly Row<'approval_limit'>[] = [
  limit('buy_label', 5_000),
  limit('void_label', 5_000),
  limit('approve_route_plan', 200_000, 1_000_000),
  limit('dispatch_route', 1_000_000),
  limit('apply_replan', 1_000_000),
  limit('assign_driver', 1_000_000),
  limit('reassign_stop', 200_000),
]

function carrier(
  id: string,
  name: string,
  liability: number,
  lostAfterDays: number,
  own_fleet = false,
): Row<'carrier'> {
  return {
    ...{ id, name, own_fleet, currency: 'USD' },
    tracking_url: own_fleet ? null : `https://${id}.example/track/{tracking_no}`,
    ...{ liability_parcel_minor: liability, claim_damage_days: 60, claim_loss_days: 60 },
    lost_after_s: lostAfterDays * DAY_S,
  }
}

function service(carrier_id: string, code: string, name: string, max_weight_g: number, fuel_bp: number) {
  return { carrier_id, code, name, max_weight_g, fuel_bp }
}

function card(
  carrier_id: string,
  code: string,
  days: number[],
  bases: number[],
  per_kg_minor: number,
): Row<'rate_card'>[] {
  return bases.map((base_minor, index) => ({
    ...{ carrier_id, service: code, zone: index + 1, transit_days: days[index] ?? 0, base_minor, per_kg_minor },
  }))
}

function limit(tool: string, limit_minor: number, confirm_up_to_minor: number | null = null): Row<'approval_limit'> {
  return { tool, account: '*', limit_minor, confirm_up_to_minor, currency: 'USD' }
}
