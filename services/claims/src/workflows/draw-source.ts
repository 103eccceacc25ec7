import type { Claim } from '../claim.ts'

/** Name under which a claim's present round of entitlements is drawn at orders. */
export function drawSource({ number, draw_round }: Pick<Claim, 'number' | 'draw_round'>): string {
  return draw_round === 1 ? number : `${number}-${draw_round}`
}
