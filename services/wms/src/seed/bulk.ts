import {
  type Bulk,
  type BulkConnection,
  type BulkPart,
  type BulkTerms,
  createBulkOrders,
} from '@backroom/demo-data/bulk'

/** Warehouses of the demo; more of them are opened as they are needed. */
const DEMO_WAREHOUSES = 3
const SKUS_A_BIN = 5
const BINS_AN_AISLE = 2_000
const SUPPLIERS = 8
const COUNTED_DAYS_AGO = 2
const DELIVERED_DAYS_AGO = 1

const stock: BulkPart = {
  name: 'wms.stock',
  of: 'skus',
  async fill(connection, range, terms) {
    await openWarehouses(connection, terms)
    await connection.query(`
      insert into sku (id, name, unit_cost_minor, currency, weight_g, abc_class)
      select pg_temp.sku(n), pg_temp.title(n), pg_temp.price(n) * 55 / 100, 'USD', 50 + pg_temp.hashed(n, 50, 4000),
        (array['A', 'B', 'C', 'C', 'C'])[1 + pg_temp.hashed(n, 51, 5)]
      from generate_series(${range.from}::bigint, ${range.to}::bigint) as n`)
    await fillShelves(connection, range, terms)
    await bookArrivals(connection, terms)
  },
}

async function openWarehouses(connection: BulkConnection, { warehouses }: BulkTerms): Promise<void> {
  await connection.query(`
    insert into warehouse (id, name, region, timezone, latitude, longitude, address, cutoff_time)
    select 'WH-' || w, 'Depot ' || w, (array['west', 'central', 'east'])[1 + mod(w - 1, 3)], 'America/Chicago',
      35 + mod(w, 10), -80 - mod(w, 30), w || ' Depot Road', '16:00'
    from generate_series(${DEMO_WAREHOUSES + 1}, ${warehouses}) as w on conflict do nothing`)
}

/**
 * Every SKU in every warehouse, in a bin that it shares with its neighbours; one balance in fifty is low. Balances of a SKU lie
 * beside each other, as they do when a SKU is opened in all warehouses at once.
 */
async function fillShelves(
  connection: BulkConnection,
  { from, to }: { from: number; to: number },
  { warehouses }: BulkTerms,
): Promise<void> {
  await connection.query(`
    create temp table shelf on commit drop as
    select n, pg_temp.sku(n) as sku, 'WH-' || w as warehouse_id, 'BLK-' || lpad((n / ${SKUS_A_BIN})::text, 7, '0') as location,
      case when pg_temp.hashed(n * 32 + w, 52, 50) = 0 then pg_temp.hashed(n * 32 + w, 53, 8)
        else 20 + pg_temp.hashed(n * 32 + w, 54, 180) end::integer as on_hand
    from generate_series(${from}::bigint, ${to}::bigint) as n, generate_series(1, ${warehouses}) as w order by n, w`)
  await connection.query(`
    insert into stock_policy (sku, warehouse_id, supplier_id, safety_stock, target_level, lead_time_days, review_days)
    select sku, warehouse_id, 'SUP-0' || 1 + mod(n, ${SUPPLIERS}), 4, 60, 7, 14 from shelf`)
  await connection.query(`
    insert into stock_balance (sku, warehouse_id, on_hand, reorder_point) select sku, warehouse_id, on_hand, 10 from shelf`)
  await connection.query(`
    insert into location (warehouse_id, code, kind, aisle, pick_seq)
    select distinct warehouse_id, location, 'pick', 100 + n / ${SKUS_A_BIN} / ${BINS_AN_AISLE},
      mod(n / ${SKUS_A_BIN}, ${BINS_AN_AISLE}) from shelf on conflict do nothing`)
  await connection.query(`
    insert into stock_bin (sku, warehouse_id, location, qty)
    select sku, warehouse_id, location, on_hand from shelf where on_hand > 0`)
}

/** The ledger begins with a count after the last bulk order has left; a third of the stock arrives afterwards. */
async function bookArrivals(connection: BulkConnection, { anchor }: BulkTerms): Promise<void> {
  await connection.query(`select ensure_movement_partitions(date '${anchor}' - 35, date '${anchor}' + 90)`)
  const book = (kind: string, daysAgo: number, qty: string, after: string, cause: string) =>
    connection.query(`
      insert into movement (ts, sku, warehouse_id, kind, from_bucket, to_bucket, qty, location, cause_type, cause_id, actor,
        balance_after)
      select timestamptz '${anchor} 06:00:00+00' - interval '${daysAgo} days', sku, warehouse_id, '${kind}', 'outside',
        'available', ${qty}, location, ${cause}, 'staff-warehouse', ${after}
      from shelf where ${qty} > 0`)
  await book(
    'recount',
    COUNTED_DAYS_AGO,
    'on_hand - on_hand / 3',
    'on_hand - on_hand / 3',
    `'adjustment', 'bulk-count'`,
  )
  await book('receive', DELIVERED_DAYS_AGO, 'on_hand / 3', 'on_hand', `'purchase_order', 'bulk-' || n`)
}

const shippedOrders: BulkPart = {
  name: 'wms.orders',
  of: 'orders',
  async fill(connection, range, terms) {
    await createBulkOrders(connection, range, terms)
    await connection.query(`
      insert into reservation (id, order_ref, sku, warehouse_id, qty, state, created_at, shipment_ref)
      select 'rsv_' || pg_temp.ulid(o.placed_ms, l.n, 10 + l.line), o.order_id, l.sku, o.warehouse, l.qty, 'shipped',
        o.placed_at, o.shipment_ref
      from bulk_line l join bulk_order o using (n)`)
    await connection.query(`
      insert into demand_daily as d (sku, warehouse_id, day, ordered_qty, shipped_qty)
      select l.sku, o.warehouse, (o.placed_at at time zone 'utc')::date, sum(l.qty), sum(l.qty)
      from bulk_line l join bulk_order o using (n) group by 1, 2, 3
      on conflict (sku, warehouse_id, day) do update
        set ordered_qty = d.ordered_qty + excluded.ordered_qty, shipped_qty = d.shipped_qty + excluded.shipped_qty`)
  },
}

/** Stock to sell, and what was shipped for bulk orders. Their movements, picks and packages are left out. */
export const bulk: Bulk = {
  parts: [stock, shippedOrders],
  tables: [
    'sku',
    'stock_policy',
    'stock_balance',
    'low_stock',
    'location',
    'stock_bin',
    'movement',
    'reservation',
    'demand_daily',
  ],
}
