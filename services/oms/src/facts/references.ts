/** The order or checkout that a fact is about, by the name that its domain knows; undefined for facts about no order. */
export function referenceOf(data: Record<string, unknown>): string | undefined {
  const reference = data.order_ref ?? data.checkout_id ?? data.order_id
  return typeof reference === 'string' ? reference : undefined
}
