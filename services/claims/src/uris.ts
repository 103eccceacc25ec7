/** URI of the list of deadlines. */
export const DEADLINES_URI = 'claims://deadlines'

/** URI of a claim. */
export function claimUri(number: string): string {
  return `claims://claim/${number}`
}

/** URI of a recovery. */
export function recoveryUri(id: string): string {
  return `claims://recovery/${id}`
}
