import { BusinessError } from '@backroom/mcp-service'
import { MoneyFormatError, minorUnits } from '@backroom/money'
import { type AliasableExpression, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { type CatalogueProduct, shownColumns } from './catalogue.ts'
import type { Tables } from './database-tables.ts'
import { shopCurrency } from './price.ts'
import { correctSpelling, knowsAll } from './search-spelling.ts'
import { synonymsOf } from './search-synonyms.ts'

export const searchOrders = ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const

/** What a shopper looks for. */
export interface Search {
  /** Free words; empty lists everything that the filters let through. */
  query: string
  category?: string | undefined
  /** Decimal, in major units, both bounds included. */
  minPrice?: number | undefined
  maxPrice?: number | undefined
  limit: number
  sort: (typeof searchOrders)[number]
}

/** What was found; the best guess at what was meant when the words themselves found nothing. */
export interface Found {
  products: CatalogueProduct[]
  /** The query with its misspelt words put right, when that is what found the products. */
  correctedQuery?: string
  /** True when no product has all words and these have some of them. */
  partial?: true
}

const MAX_WORDS = 12

/**
 * Full-text search over name, category and description. Every word must occur, as itself, as the start of a word, or
 * as a synonym. Finds nothing so: misspelt words are put right; still nothing: some of the words are enough.
 */
export async function searchProducts(db: Kysely<Tables>, search: Search): Promise<Found> {
  const words = wordsOf(search.query)
  const filtered = filter(db, search)
  const run = (query: string | undefined) => arrange(db, filtered, query, search)
  if (words.length === 0) return { products: await run(undefined) }

  const exact = (await knowsAll(db, words)) ? await run(expression(words, '&')) : []
  if (exact.length > 0) return { products: exact }

  const corrected = await correctSpelling(db, words)
  const changed = corrected.some((word, index) => word !== words[index])
  const note = changed ? { correctedQuery: corrected.join(' ') } : {}
  const meant = changed ? await run(expression(corrected, '&')) : []
  if (meant.length > 0 || corrected.length === 1) return { products: meant, ...note }

  const some = await run(expression(corrected, '|'))
  return some.length > 0 ? { products: some, ...note, partial: true } : { products: [] }
}

/** Lower-case words without accents and punctuation. */
function wordsOf(query: string): string[] {
  const plain = query.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, MAX_WORDS)
}

/** A `to_tsquery` expression; the words hold letters and digits only, so that nothing needs quoting. */
function expression(words: string[], operator: '&' | '|'): string {
  const alternatives = (word: string) => [`${word}:*`, ...synonymsOf(word)].join(' | ')
  return words.map((word) => `(${alternatives(word)})`).join(` ${operator} `)
}

type ProductQuery = SelectQueryBuilder<Tables, 'product', CatalogueProduct>

function filter(db: Kysely<Tables>, { category, minPrice, maxPrice }: Search): ProductQuery {
  if (minPrice !== undefined && maxPrice !== undefined && minPrice > maxPrice)
    throw new BusinessError('invalid_argument', `min_price ${minPrice} is above max_price ${maxPrice}.`)
  let query = db.selectFrom('product').select(shownColumns).where('active', '=', sql.lit(true))
  if (category !== undefined) query = query.where(sql<string>`lower(category)`, '=', category.trim().toLowerCase())
  if (minPrice !== undefined) query = query.where('price_minor', '>=', bound(minPrice))
  if (maxPrice !== undefined) query = query.where('price_minor', '<=', bound(maxPrice))
  return query
}

function bound(major: number): number {
  try {
    return minorUnits(major, shopCurrency)
  } catch (error) {
    if (error instanceof MoneyFormatError) throw new BusinessError('invalid_argument', error.message)
    throw error
  }
}

/** Each has an index, so that a page costs the same however many products there are. */
const listed = {
  relevance: sql`popularity desc, legacy_no`,
  price_asc: sql`price_minor, legacy_no`,
  price_desc: sql`price_minor desc, legacy_no desc`,
  rating: sql`rating_avg desc nulls last, rating_count desc, legacy_no`,
  newest: sql`created_at desc, legacy_no`,
}

async function arrange(
  db: Kysely<Tables>,
  filtered: ProductQuery,
  text: string | undefined,
  { sort, limit }: Search,
): Promise<CatalogueProduct[]> {
  if (text === undefined) return filtered.orderBy(listed[sort]).limit(limit).execute()
  const terms = sql`to_tsquery('english', ${text})`
  const matching = filtered.where(sql<boolean>`search @@ ${terms}`)
  if (sort !== 'relevance') return matching.orderBy(listed[sort]).limit(limit).execute()
  // In a query of its own, so that a prepared statement does not parse the terms anew for each row.
  const rank = sql`ts_rank('{0.05, 0.1, 0.4, 1}', search, (select ${terms}))`
  const bestOf = (candidates: AliasableExpression<Candidate>) =>
    db
      .selectFrom(candidates.as('product'))
      .select(shownColumns)
      .orderBy(sql`${rank} * (1 + 0.3 * popularity) desc, legacy_no`)
      .limit(limit)
      .execute()
  const products = await bestOf(bestSellers(db, matching))
  return products.length < limit ? bestOf(bestSellers(db, matching).unionAll(others(db, matching))) : products
}

/** So many matches are weighed of the first tier, and of each tier below it. */
const WEIGHED = { first: 500, below: 200 }

interface Candidate extends CatalogueProduct {
  popularity: number
  search: string
}

/** Matches among the products of the first two tiers: what shoppers mostly want, found without reading every match. */
function bestSellers(db: Kysely<Tables>, matching: ProductQuery) {
  const first = inTier(matching, 1).orderBy(listed.relevance).limit(WEIGHED.first)
  const second = inTier(matching, 2).limit(WEIGHED.below)
  const all = (query: AliasableExpression<Candidate>) => db.selectFrom(query.as('tier')).selectAll()
  return all(first).unionAll(all(second))
}

/** The planner must not know that some are enough, or it would rather read the table until it has met them. */
function others(db: Kysely<Tables>, matching: ProductQuery) {
  const third = db
    .with(
      (cte) => cte('matching').materialized(),
      () => inTier(matching, 3),
    )
    .selectFrom('matching')
    .selectAll()
    .limit(WEIGHED.below)
  return db.selectFrom(third.as('third')).selectAll()
}

/** Each tier has an index of its own. */
function inTier(matching: ProductQuery, tier: number) {
  return matching.select(['popularity', sql<string>`search`.as('search')]).where('tier', '=', sql.lit(tier))
}
