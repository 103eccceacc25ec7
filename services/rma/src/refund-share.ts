import { allocate } from '@backroom/money'

/** What was paid for the units of a line that a return took from its order: `drawnMinor` for all, `unitMinor` for each but the last. */
export interface PaidUnits {
  drawnQty: number
  drawnMinor: number
  unitMinor: number
}

/** Kept of a share: the restocking fee in ten-thousandths. */
export interface LineFee {
  restockingBp: number
}

const WHOLE_BP = 10_000n

/**
 * What the customer paid for some units of a line. Every unit costs the same, and the last one takes the rest, so that parts
 * of a line add up to it to the minor unit.
 */
export function shareOfUnits({ drawnQty, drawnMinor, unitMinor }: PaidUnits, qty: number): number {
  return qty >= drawnQty ? drawnMinor : Math.min(drawnMinor, qty * unitMinor)
}

/** The fee that is kept of an amount, rounded in the customer's favour. */
export function restockingFee(amountMinor: number, { restockingBp }: LineFee): number {
  return Number((BigInt(amountMinor) * BigInt(restockingBp)) / WHOLE_BP)
}

/** An amount divided by what each line is worth, none above its worth; the parts add up to the amount exactly. */
export function divide(amountMinor: number, worth: readonly number[]): number[] {
  return amountMinor === 0 ? worth.map(() => 0) : allocate(amountMinor, worth)
}
