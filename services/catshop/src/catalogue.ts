import { BusinessError, decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'

/** A product as the catalogue shows it. */
export type CatalogueProduct = Pick<Selectable<Tables['product']>, (typeof shown)[number]>

/** One page of a list; `next_cursor` is absent on the last one. */
export interface Page<Row> {
  items: Row[]
  next_cursor?: string
}

/** How a product is named by a caller: its text id, or its number as an integer or numeric text. */
export type ProductReference = string | number

const shown = [
  'product_id',
  'legacy_no',
  'name',
  'description',
  'category',
  'price_minor',
  'currency',
  'rating_avg',
  'rating_count',
] as const

/** Columns of {@link CatalogueProduct}, for every query that lists products. */
export const shownColumns = shown.map((column) => `product.${column}` as const)

/** Products on sale in the order of their number, optionally of one category (any case). */
export async function listProducts(
  db: Kysely<Tables>,
  { category, cursor, limit }: { category?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<CatalogueProduct>> {
  const [after] = decodeCursor(cursor, z.tuple([z.int()])) ?? []
  let query = db.selectFrom('product').select(shownColumns).where('active', '=', true)
  if (category !== undefined) query = query.where(sql<string>`lower(category)`, '=', category.trim().toLowerCase())
  if (after !== undefined) query = query.where('legacy_no', '>', after)
  const rows = await query
    .orderBy('legacy_no')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (product) => [product.legacy_no])
}

/** Names of all categories that have products on sale. */
export async function categories(db: Kysely<Tables>): Promise<{ category: string; products: number }[]> {
  const rows = await db
    .selectFrom('product')
    .select(['category', sql<number>`count(*)::int`.as('products')])
    .where('active', '=', true)
    .groupBy('category')
    .orderBy('category')
    .execute()
  return rows
}

/** A hint for a reader who named a category that does not exist; undefined for one that does, or for none. */
export async function unknownCategory(db: Kysely<Tables>, category: string | undefined): Promise<string | undefined> {
  if (category === undefined) return undefined
  const names = (await categories(db)).map((each) => each.category)
  if (names.some((name) => name.toLowerCase() === category.trim().toLowerCase())) return undefined
  return `There is no category "${category.trim()}". The categories are: ${names.join(', ')}.`
}

/**
 * One product on sale, with the SKU that the warehouse knows it by.
 *
 * @throws {BusinessError} `not_found`, with the words of the shop's first contract in `details.error`
 */
export async function getProduct(
  db: Kysely<Tables>,
  reference: ProductReference,
): Promise<CatalogueProduct & { sku: string }> {
  const { id, number } = identify(reference)
  const product = await db
    .selectFrom('product')
    .innerJoin('variant', 'variant.product_id', 'product.product_id')
    .select([...shownColumns, 'variant.sku'])
    .where('active', '=', true)
    .where((where) => where.or([where('product.product_id', '=', id), where('legacy_no', '=', number)]))
    .orderBy('variant.sku')
    .limit(1)
    .executeTakeFirst()
  if (product) return product
  throw new BusinessError('not_found', `There is no product ${reference} on sale.`, {
    alongside: { error: 'Not found' },
    details: { product_id: reference },
    nextActions: [{ tool: 'search_products', hint: 'Find the product by its name and use its product_id.' }],
  })
}

/** The text id of a product, on sale or not; undefined when it never existed. */
export async function productIdOf(db: Kysely<Tables>, reference: ProductReference): Promise<string | undefined> {
  const { id, number } = identify(reference)
  const product = await db
    .selectFrom('product')
    .select('product_id')
    .where((where) => where.or([where('product_id', '=', id), where('legacy_no', '=', number)]))
    .executeTakeFirst()
  return product?.product_id
}

/** Product ids that start with what was typed, or belong to a name with a word that does; best sellers first. */
export async function completeProductId(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const pattern = typed.replace(/[\\%_]/g, '\\$&').toLowerCase()
  const rows = await db
    .selectFrom('product')
    .select('product_id')
    .where('active', '=', true)
    .where((where) =>
      where.or([
        where('product_id', 'like', `${pattern}%`),
        where(sql<string>`lower(name)`, 'like', `${pattern}%`),
        where(sql<string>`lower(name)`, 'like', `% ${pattern}%`),
      ]),
    )
    .orderBy('popularity', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => row.product_id)
}

const LARGEST_INTEGER = 2 ** 31 - 1
const NO_NUMBER = -1

function identify(reference: ProductReference): { id: string; number: number } {
  const id = String(reference).trim()
  const number = /^\d{1,10}$/.test(id) ? Number(id) : NO_NUMBER
  return { id, number: number <= LARGEST_INTEGER ? number : NO_NUMBER }
}
