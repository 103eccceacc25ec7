import type { BulkConnection } from './part.ts'

/**
 * Makes the temporary table `bulk_case` for the transaction, from `bulk_order` and `bulk_line`: a return under way of every
 * fortieth order and a claim for every eightieth, each about one unit of the first line. Their names and amounts are the
 * same in every schema.
 */
export async function createBulkCases(connection: BulkConnection): Promise<void> {
  await connection.query(`
    create temp table bulk_case on commit drop as
    select o.n, o.source, o.order_id, o.number as order_number, pg_temp.customer_id(o.customer) as customer_id, o.region,
      o.warehouse, o.shipment_ref, o.delivered_at, o.delivered_at + interval '1 day' as opened_at,
      pg_temp.ulid(o.placed_ms, o.n, 60) as suffix,
      case o.source when 'rma' then 'RMA-' else 'CLM-' end || to_char(o.placed_at at time zone 'utc', 'YYYY') || '-B'
        || lpad(o.n::text, 8, '0') as number,
      'oln_' || pg_temp.ulid(o.placed_ms, l.n, 10 + l.line) as order_line_id, l.sku, pg_temp.title(l.sku_number) as title,
      l.paid / l.qty as unit_minor, case l.qty when 1 then l.paid else l.paid / l.qty end as minor
    from (
      select *, case when mod(n, 40) = 7 then 'rma' when mod(n, 80) = 21 then 'claim' end as source from bulk_order
    ) o join (
      select n, line, sku, sku_number, qty, qty * unit_minor + shipping_minor + tax_minor as paid from bulk_line
      where line = 1
    ) l using (n)
    where o.source is not null`)
}
