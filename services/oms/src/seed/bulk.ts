import {
  type Bulk,
  type BulkConnection,
  type BulkPart,
  createBulkCases,
  createBulkOrders,
} from '@backroom/demo-data/bulk'

const orders: BulkPart = {
  name: 'oms.orders',
  of: 'orders',
  async fill(connection, range, terms) {
    await createBulkOrders(connection, range, terms)
    await connection.query(`
      alter table bulk_line add column id text, add column placed_at timestamptz, add column paid_minor bigint;
      update bulk_line l set id = 'oln_' || pg_temp.ulid(o.placed_ms, l.n, 10 + l.line), placed_at = o.placed_at,
        paid_minor = l.qty * l.unit_minor + l.shipping_minor + l.tax_minor
      from bulk_order o where o.n = l.n`)
    await insertOrders(connection)
    await insertCases(connection)
    await insertFulfilment(connection)
    await insertHistory(connection)
    await countDemand(connection)
  },
}

async function insertOrders(connection: BulkConnection): Promise<void> {
  await connection.query(`
    insert into customer (id, email, name)
    select pg_temp.customer_id(c), pg_temp.customer_email(c), pg_temp.customer_name(c)
    from (select distinct customer as c from bulk_order) b on conflict do nothing`)
  await connection.query(`
    insert into orders (id, number, channel, source, checkout_id, customer_id, status, payment_status, fulfillment_status,
      currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, grand_minor, due_minor, authorized_minor,
      captured_minor, payment_id, payment_method, shipping_option, ship_to, region, placed_at, ship_by, promised_by,
      confirmed_at, completed_at)
    select order_id, number, 'catshop', 'cart', checkout_id, pg_temp.customer_id(customer), 'completed', 'captured',
      'delivered', 'USD', subtotal_minor, 0, shipping_minor, tax_minor, grand_minor, grand_minor, grand_minor, grand_minor,
      payment_id, 'pm_sim_visa',
      '{"code": "standard", "title": "Standard delivery", "days_min": 3, "days_max": 5}',
      jsonb_build_object('name', pg_temp.customer_name(customer), 'line1', customer % 900 + 1 || ' Main Street',
        'city', (array['Fresno', 'Tulsa', 'Albany'])[place], 'region', (array['CA', 'OK', 'NY'])[place],
        'postal_code', (array['93721', '74103', '12207'])[place], 'country', 'US'),
      region, placed_at, placed_at + interval '1 day', (placed_at + interval '7 days')::date, placed_at, delivered_at
    from bulk_order order by n desc`)
  await connection.query(`
    insert into order_line (id, order_id, line, placed_at, sku, product_id, title, qty_ordered, qty_shipped, qty_delivered,
      unit_minor, discount_minor, shipping_minor, tax_minor, paid_minor, demand_warehouse)
    select l.id, o.order_id, l.line, l.placed_at, l.sku, pg_temp.product_id(l.sku_number), pg_temp.title(l.sku_number), l.qty,
      l.qty, l.qty, l.unit_minor, 0, l.shipping_minor, l.tax_minor, l.paid_minor, o.warehouse
    from bulk_line l join bulk_order o using (n) order by n desc`)
  await connection.query(`
    insert into entitlement (order_line_id, compensable_qty, compensable_minor)
    select id, qty, paid_minor from bulk_line order by n desc`)
}

/** What returns under way and open claims hold of their orders. */
async function insertCases(connection: BulkConnection): Promise<void> {
  await createBulkCases(connection)
  await connection.query(`
    insert into entitlement_draw (id, order_id, order_line_id, source, source_id, qty, minor, drawn_by, created_at)
    select 'ent_' || suffix, order_id, order_line_id, source, number, 1, minor,
      case source when 'rma' then 'rma' else 'claims' end, opened_at
    from bulk_case order by n desc`)
  await connection.query(`
    update entitlement e set taken_qty = 1, taken_minor = c.minor from bulk_case c where c.order_line_id = e.order_line_id`)
  await connection.query(`
    insert into order_case (number, order_id, kind, status, open, changed_at)
    select number, order_id, case source when 'rma' then 'return' else 'claim' end,
      case source when 'rma' then 'authorized' else 'opened' end, true, opened_at
    from bulk_case order by n desc`)
  await connection.query(`
    update orders o set return_open = true, return_status = 'requested'
    from bulk_case c where c.order_id = o.id and c.source = 'rma'`)
}

/** One warehouse sent everything at once. */
async function insertFulfilment(connection: BulkConnection): Promise<void> {
  await connection.query(`
    insert into fulfillment_order (id, order_id, warehouse, status, ship_by, created_at)
    select 'ful_' || suffix, order_id, warehouse, 'shipped', placed_at + interval '1 day', placed_at
    from bulk_order order by n desc`)
  await connection.query(`
    insert into fo_line (fulfillment_order_id, order_line_id, sku, qty, qty_picked, qty_shipped)
    select 'ful_' || o.suffix, l.id, l.sku, l.qty, l.qty, l.qty from bulk_line l join bulk_order o using (n) order by n desc`)
  await connection.query(`
    insert into shipment (shipment_ref, order_id, warehouse, status, capture_minor, packed_at, shipped_at, delivered_at)
    select shipment_ref, order_id, warehouse, 'delivered', grand_minor, shipped_at, shipped_at, delivered_at
    from bulk_order order by n desc`)
  await connection.query(`
    insert into shipment_line (shipment_ref, fulfillment_order_id, order_line_id, sku, qty)
    select o.shipment_ref, 'ful_' || o.suffix, l.id, l.sku, l.qty from bulk_line l join bulk_order o using (n) order by n desc`)
}

async function insertHistory(connection: BulkConnection): Promise<void> {
  await connection.query(`
    insert into money_movement (order_id, kind, source, source_id, amount_minor, at)
    select order_id, m.kind, m.source, m.source_id, grand_minor, m.at
    from bulk_order, lateral (values ('authorized', 'payment', payment_id, placed_at),
      ('captured', 'shipment', shipment_ref, shipped_at)) as m (kind, source, source_id, at)
    order by n desc`)
  await connection.query(`
    insert into order_event (order_id, occurred_at, recorded_at, type, source, actor, data)
    select order_id, e.at, e.at, e.type, e.source, e.actor, e.data
    from bulk_order, lateral (values
      (placed_at, 'order.placed', 'orders', pg_temp.customer_id(customer),
        jsonb_build_object('number', number, 'due_minor', grand_minor, 'currency', 'USD')),
      (shipped_at, 'stock.shipped', 'inventory', 'inventory',
        jsonb_build_object('shipment_ref', shipment_ref, 'warehouse', warehouse)),
      (delivered_at, 'order.completed', 'orders', 'orders', '{}')) as e (at, type, source, actor, data)
    order by n desc`)
}

/** Folded already: the days of bulk orders are over. */
async function countDemand(connection: BulkConnection): Promise<void> {
  await connection.query(`
    insert into sku_demand_daily as d (sku, region, warehouse, day, qty, orders)
    select l.sku, o.region, o.warehouse, (l.placed_at at time zone 'utc')::date as day, sum(l.qty), count(*)
    from bulk_line l join bulk_order o using (n) group by l.sku, o.region, o.warehouse, day
    order by l.sku, day, o.region, o.warehouse
    on conflict (sku, day, region, warehouse) do update
      set qty = d.qty + excluded.qty, orders = d.orders + excluded.orders`)
  await connection.query(`
    insert into demand_daily as d (region, warehouse, day, qty, orders)
    select o.region, o.warehouse, (l.placed_at at time zone 'utc')::date as day, sum(l.qty), count(*)
    from bulk_line l join bulk_order o using (n) group by o.region, o.warehouse, day order by day, o.region, o.warehouse
    on conflict (day, region, warehouse) do update
      set qty = d.qty + excluded.qty, orders = d.orders + excluded.orders`)
}

/** Orders that were delivered and paid, with what each line still entitles to. Of their history the turning points only. */
export const bulk: Bulk = {
  parts: [orders],
  tables: [
    'customer',
    'orders',
    'order_line',
    'entitlement',
    'entitlement_draw',
    'order_case',
    'fulfillment_order',
    'fo_line',
    'shipment',
    'shipment_line',
    'money_movement',
    'order_event',
    'sku_demand_daily',
    'demand_daily',
  ],
}
