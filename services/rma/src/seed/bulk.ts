import { type Bulk, type BulkPart, createBulkCases, createBulkOrders } from '@backroom/demo-data/bulk'

const returns: BulkPart = {
  name: 'rma.orders',
  of: 'orders',
  async fill(connection, range, terms) {
    await createBulkOrders(connection, range, terms)
    await createBulkCases(connection)
    await connection.query(`
      insert into rma (id, number, order_id, order_number, customer_id, status, channel, resolution_wanted, currency, region,
        warehouse, policy_snapshot, label_method, label_tracking, requested_by, decided_by, requested_at, authorized_at)
      select 'rma_' || c.suffix, c.number, c.order_id, c.order_number, c.customer_id, 'in_transit', 'catshop', 'refund', 'USD',
        c.region, c.warehouse, jsonb_build_object(p.id, to_jsonb(p)), 'own', 'PP' || lpad(c.n::text, 9, '0'), c.customer_id,
        'policy', c.opened_at, c.opened_at
      from bulk_case c, return_policy p where c.source = 'rma' and p.id = 'standard' order by c.n desc`)
    await connection.query(`
      insert into rma_line (id, rma_id, line, order_line_id, sku, title, category, policy_id, reason_code, qty_requested,
        qty_authorised, draw_id, drawn_qty, drawn_minor, unit_minor, delivered_at)
      select 'rln_' || suffix, 'rma_' || suffix, 1, order_line_id, sku, title, 'other', 'standard', 'changed_mind', 1, 1,
        'ent_' || suffix, 1, minor, unit_minor, delivered_at
      from bulk_case where source = 'rma' order by n desc`)
  },
}

/** Returns on their way back, one unit each. */
export const bulk: Bulk = { parts: [returns], tables: ['rma', 'rma_line'] }
