const MOST_NAMED = 4

/** Things in one line for the person who decides: the first few by name, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ')
}
