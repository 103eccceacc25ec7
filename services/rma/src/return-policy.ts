import { type Kysely, sql } from 'kysely'
import type { ReturnPolicy, Tables } from './database-tables.ts'

/** The policy that holds for a line. */
export interface LinePolicy {
  category: string
  policy: ReturnPolicy
}

/** For each SKU, in order, the most particular policy: of region and category, else of the category, of the region, of all. */
export async function policiesFor(db: Kysely<Tables>, region: string, skus: readonly string[]): Promise<LinePolicy[]> {
  const categories = await categoriesOf(db, skus)
  const policies = await policiesOf(db, region)
  return categories.map((category) => ({ category, policy: mostParticular(policies, category) }))
}

/** Every policy that can hold in a region. */
export async function policiesOf(db: Kysely<Tables>, region: string): Promise<ReturnPolicy[]> {
  return db
    .selectFrom('return_policy')
    .selectAll()
    .where('region', '=', sql<string>`any(${[region, '*']})`)
    .orderBy('category')
    .orderBy('region')
    .execute()
}

/** Regions that have policies of their own. */
export async function policyRegions(db: Kysely<Tables>): Promise<string[]> {
  const rows = await db.selectFrom('return_policy').select('region').distinct().orderBy('region').execute()
  return rows.map(({ region }) => (region === '*' ? 'all' : region))
}

async function categoriesOf(db: Kysely<Tables>, skus: readonly string[]): Promise<string[]> {
  const rows = await db.selectFrom('product_category').selectAll().execute()
  const longestFirst = rows.sort((a, b) => b.sku_prefix.length - a.sku_prefix.length)
  return skus.map((sku) => longestFirst.find(({ sku_prefix }) => sku.startsWith(sku_prefix))?.category ?? 'other')
}

function mostParticular(policies: readonly ReturnPolicy[], category: string): ReturnPolicy {
  const fitting = policies.filter((policy) => policy.category === category || policy.category === '*')
  const rank = (policy: ReturnPolicy) => Number(policy.category !== '*') * 2 + Number(policy.region !== '*')
  const [best] = fitting.sort((a, b) => rank(b) - rank(a))
  if (!best) throw new Error('There is no return policy for everything else.')
  return best
}
