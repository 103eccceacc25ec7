import type { Bulk, BulkPart } from '@backroom/demo-data/bulk'

/** Numbers of bulk products begin behind those of the demo. */
const FIRST_NUMBER = 1_000_000

const products: BulkPart = {
  name: 'catshop.products',
  of: 'skus',
  async fill(connection, { from, to }, { anchor }) {
    await connection.query(`
      insert into product (product_id, legacy_no, name, description, category, price_minor, currency, popularity, created_at)
      select pg_temp.product_id(n), ${FIRST_NUMBER} + n, pg_temp.title(n), pg_temp.description(n), pg_temp.category(n),
        pg_temp.price(n), 'USD', 0.5 * power(pg_temp.hashed(n, 61, 1000000) / 1000000.0::float8, 3),
        timestamptz '${anchor} 00:00:00+00' - pg_temp.hashed(n, 60, 60000000) * interval '1 second'
      from generate_series(${from}::bigint, ${to}::bigint) as n`)
    await connection.query(`
      insert into variant (sku, product_id)
      select pg_temp.sku(n), pg_temp.product_id(n) from generate_series(${from}::bigint, ${to}::bigint) as n`)
  },
}

/** Products to be found and bought. They have no reviews; orders of the past are in OMS alone, as ever. */
export const bulk: Bulk = {
  parts: [products],
  tables: ['product', 'variant', 'search_word'],
  derive: 'select rank_products()',
}
