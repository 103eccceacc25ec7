import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { synonymsOf } from './search-synonyms.ts'

const SHORTEST_CORRECTED = 4
const CANDIDATES = 40

/** False when the catalogue has nothing like one of the words, not even as a beginning: then no product has them all. */
export async function knowsAll(db: Kysely<Tables>, words: string[]): Promise<boolean> {
  const { rows } = await sql<{ stem: string }>`
    select stem from unnest(${words.filter(canBeMisspelt)}::text[]) as word, lateral (
      select (ts_lexize('english_stem', word))[1] as stem) s
    where stem is not null and not exists (
      select from search_word w where w.stem >= s.stem and w.stem < s.stem || chr(1114111))
    limit 1`.execute(db)
  return rows.length === 0
}

/** The words with each one that the catalogue does not know replaced by the nearest word that it does, if one is near. */
export async function correctSpelling(db: Kysely<Tables>, words: string[]): Promise<string[]> {
  return Promise.all(words.map((word) => correct(db, word)))
}

async function correct(db: Kysely<Tables>, word: string): Promise<string> {
  if (!canBeMisspelt(word)) return word
  const { rows } = await sql<{ word: string }>`
    select word from search_word order by word operator(extensions.<->) ${word} limit ${CANDIDATES}`.execute(db)
  if (rows.some((candidate) => candidate.word === word)) return word
  const tolerance = word.length < 6 ? 1 : 2
  const near = rows.map((candidate) => ({ word: candidate.word, distance: editDistance(word, candidate.word) }))
  const [nearest] = near.filter(({ distance }) => distance <= tolerance).sort((a, b) => a.distance - b.distance)
  return nearest?.word ?? word
}

function canBeMisspelt(word: string): boolean {
  return word.length >= SHORTEST_CORRECTED && !/\d/.test(word) && synonymsOf(word).length === 0
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let twoBack: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (twoBack[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    twoBack = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
