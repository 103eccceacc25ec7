/** The up to three candidates that differ least from what was typed, case aside; nothing that differs by more than half. */
export function nearest(typed: string, candidates: Iterable<string>): string[] {
  const wanted = typed.toUpperCase()
  return [...new Set(candidates)]
    .map((name) => ({ name, distance: editDistance(wanted, name.toUpperCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(wanted.length, name.length) / 2)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Fewest single-character insertions, deletions and replacements between two texts (Levenshtein distance). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
