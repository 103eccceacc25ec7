import type { BulkConnection, BulkTerms } from './part.ts'

const CUSTOMERS = 200_000
/** Orders of the last days before the anchor would still be on the road. */
const NEWEST_DAYS = 3
const FREE_SHIPPING_FROM = 5_000
const SHIPPING = 599
/** One order a minute, counted back from the newest. */
const PACE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Makes the temporary tables `bulk_order` and `bulk_line` for the transaction: orders of a range, the newest first, all
 * delivered, with amounts in minor units of USD. Their names and amounts are the same in every schema.
 */
export async function createBulkOrders(
  connection: BulkConnection,
  { from, to }: { from: number; to: number },
  { anchor, skus, warehouses }: BulkTerms,
): Promise<void> {
  const places = Math.min(3, warehouses)
  const newest = Date.parse(anchor) - NEWEST_DAYS * DAY_MS
  await connection.query(`
    create temp table bulk_line on commit drop as
    select n, line, sku_number, pg_temp.sku(sku_number) as sku, qty, pg_temp.price(sku_number) as unit_minor,
      0::bigint as shipping_minor, 0::bigint as tax_minor
    from (
      select n, line, 1 + pg_temp.hashed(n, 10 + line, 2) as qty,
        -- Lines draw from different SKUs, so that no order has one twice.
        line + 3 * (pg_temp.popular(n, 20 + line, ${skus} / 3) - 1) as sku_number
      from generate_series(${from}::bigint, ${to}::bigint) as n,
        generate_series(1, case when pg_temp.hashed(n, 2, 10) < 6 then 1 when pg_temp.hashed(n, 2, 10) < 9 then 2 else 3 end)
          as line
    ) l`)
  await connection.query(`
    update bulk_line l set
      tax_minor = l.qty * l.unit_minor * 7 / 100,
      shipping_minor = case when l.line = 1 and o.goods < ${FREE_SHIPPING_FROM} then ${SHIPPING} else 0 end
    from (select n, sum(qty * unit_minor) as goods from bulk_line group by n) o where o.n = l.n`)
  await connection.query(`
    create temp table bulk_order on commit drop as
    select n, suffix, 'ord_' || suffix as order_id, 'chk_' || suffix as checkout_id, 'pay_' || suffix as payment_id,
      'shp_' || suffix as shipment_ref,
      'ORD-' || to_char(placed_at at time zone 'utc', 'YYYY') || '-B' || lpad(n::text, 8, '0') as number,
      customer, placed_ms, placed_at, placed_at + interval '20 hours' as shipped_at,
      placed_at + interval '2 days' as delivered_at, place, 'WH-' || place as warehouse,
      (array['west', 'central', 'east'])[place] as region,
      subtotal_minor, shipping_minor, tax_minor, subtotal_minor + shipping_minor + tax_minor as grand_minor
    from (
      select n, placed_ms, pg_temp.ulid(placed_ms, n, 1) as suffix, to_timestamp(placed_ms / 1000) as placed_at,
        1 + pg_temp.hashed(n, 3, ${CUSTOMERS}) as customer, 1 + pg_temp.hashed(n, 4, ${places})::integer as place
      from (select n, ${newest} - n * ${PACE_MS} as placed_ms from generate_series(${from}::bigint, ${to}::bigint) as n) p
      -- Keeps the expressions from being worked out again for each of their uses.
      offset 0
    ) o
    join (select n, sum(qty * unit_minor)::bigint as subtotal_minor, sum(shipping_minor)::bigint as shipping_minor,
      sum(tax_minor)::bigint as tax_minor from bulk_line group by n) l using (n)`)
  await connection.query('analyze bulk_line; analyze bulk_order')
}
