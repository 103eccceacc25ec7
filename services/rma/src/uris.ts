/** URIs of the resources that a change of a return changes; a return is named by its id as well. */
export function rmaUris({ id, number, warehouse }: { id: string; number: string; warehouse: string }): string[] {
  return [`returns://rma/${number}`, `returns://rma/${id}`, `returns://queue/${warehouse}`]
}
