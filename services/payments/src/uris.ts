/** URIs of what a change of a payment changes. */
export function paymentUri(id: string): string {
  return `payments://payment/${id}`
}

export const HOLDS_URI = 'payments://holds'
export const DISPUTES_URI = 'payments://disputes'

export function holdUri(id: string): string {
  return `payments://hold/${id}`
}
