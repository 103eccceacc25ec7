/** URIs of the resources that a change of an order changes; people name an order by its number as well. */
export function orderUris({ id, number }: { id: string; number?: string }): string[] {
  const own = [id, number].filter((name) => name !== undefined).map((name) => `orders://order/${name}`)
  return [...own, `orders://order/${id}/timeline`, 'orders://upcoming']
}

/** URI of the list of open holds. */
export const HOLDS_URI = 'orders://holds'
