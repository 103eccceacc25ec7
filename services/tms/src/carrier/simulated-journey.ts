import type { PostalAddress } from '../database-tables.ts'
import type { LabelRequest } from './carrier.ts'

/** What the simulated carriers write on a scan. */
export const simulatedStatuses = [
  'collected',
  'at_depot',
  'out_for_delivery',
  'delivered',
  'not_home',
  'refused',
  'damaged',
  'going_back',
  'back_at_sender',
] as const
export type SimulatedStatus = (typeof simulatedStatuses)[number]

/** A scan that will be made, and when it is told; both in days since the label was bought. */
export interface PlannedScan {
  status: SimulatedStatus
  happens: number
  told: number
  /** How often it is told; 0 is never. */
  copies: 0 | 1 | 2
  place: string
}

/** How a carrier tells its scans. Deterministic: it depends on the tracking number alone. */
export type Habit = 'orderly' | 'hasty' | 'forgetful'

/** How a parcel fares: said in the second address line, as payment simulators say it by card number. */
const quirks = ['LOST', 'DAMAGED', 'REFUSED', 'NOT HOME'] as const
export type Quirk = (typeof quirks)[number]

/**
 * What `SIM LOST`, `SIM DAMAGED`, `SIM REFUSED` or `SIM NOT HOME` at either end means for a parcel of a label, counted from
 * 0: of several, one is lost or damaged.
 */
export function quirkOf({ from, to, parcels }: Pick<LabelRequest, 'from' | 'to' | 'parcels'>, index: number) {
  const found = quirks.find((quirk) => [from, to].some(({ line2 }: PostalAddress) => line2 === `SIM ${quirk}`))
  const hitsOne = found === 'LOST' || found === 'DAMAGED'
  return hitsOne && index < parcels.length - 1 ? undefined : found
}

/** Collected after an hour or two, a scan at each depot, delivered on the last day of transit. */
export function journeyOf(
  { from, to, transitDays }: Pick<LabelRequest, 'from' | 'to' | 'transitDays'>,
  quirk: Quirk | undefined,
  habit: Habit,
  trackingNo: string,
): PlannedScan[] {
  const last = Math.max(0.6, transitDays)
  const steps: [SimulatedStatus, number, string][] = [
    ['collected', 0.1, from.city],
    ['at_depot', 0.2, from.city],
    ['at_depot', last - 0.25, to.city],
    ['out_for_delivery', last - 0.1, to.city],
    ...endings(quirk, last, from.city, to.city),
  ]
  const told = quirk === 'LOST' ? steps.slice(0, 2) : steps
  return told.map(([status, happens, place], index) => ({
    status,
    happens,
    place,
    ...telling(habit, happens, chance(`${trackingNo}#${index}`), index === told.length - 1),
  }))
}

function endings(
  quirk: Quirk | undefined,
  last: number,
  from: string,
  to: string,
): [SimulatedStatus, number, string][] {
  switch (quirk) {
    case 'DAMAGED':
      return [
        ['damaged', last - 0.05, to],
        ['delivered', last, to],
      ]
    case 'REFUSED':
      return [
        ['refused', last, to],
        ['going_back', last + 0.1, to],
        ['back_at_sender', 2 * last, from],
      ]
    case 'NOT HOME':
      return [
        ['not_home', last, to],
        ['out_for_delivery', last + 0.9, to],
        ['delivered', last + 1, to],
      ]
    default:
      return [['delivered', last, to]]
  }
}

/** Hasty carriers tell late and twice, forgetful ones not at all; the last scan is always told. */
function telling(habit: Habit, happens: number, luck: number, isLast: boolean): Pick<PlannedScan, 'told' | 'copies'> {
  if (habit === 'hasty') return { told: happens + (luck < 0.4 ? 0.3 : 0), copies: luck > 0.7 || luck < 0.15 ? 2 : 1 }
  if (habit === 'forgetful' && !isLast && luck < 0.35) return { told: happens, copies: 0 }
  return { told: happens, copies: 1 }
}

/** A number in [0, 1) that is always the same for a text (FNV-1a). */
function chance(text: string): number {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193)
  return (Math.imul(value ^ (value >>> 15), 0x85ebca6b) >>> 0) / 2 ** 32
}
