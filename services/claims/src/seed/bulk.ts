import { type Bulk, type BulkPart, createBulkCases, createBulkOrders } from '@backroom/demo-data/bulk'

const claims: BulkPart = {
  name: 'claims.orders',
  of: 'orders',
  async fill(connection, range, terms) {
    await createBulkOrders(connection, range, terms)
    await createBulkCases(connection)
    await connection.query(`
      insert into claim (id, number, kind, status, order_id, order_number, customer_id, region, shipment_ref, event_on,
        requested, currency, requested_minor, statement, opened_by, opened_at)
      select 'clm_' || suffix, number, 'quality', 'submitted', order_id, order_number, customer_id, region, shipment_ref,
        delivered_at, 'refund', 'USD', minor, 'It broke on the second day.', customer_id, opened_at
      from bulk_case where source = 'claim' order by n desc`)
    await connection.query(`
      insert into claim_line (claim_id, order_line_id, sku, title, qty, requested_minor, draw_id)
      select 'clm_' || suffix, order_line_id, sku, title, 1, minor, 'ent_' || suffix
      from bulk_case where source = 'claim' order by n desc`)
    await connection.query(`
      insert into claim_event (claim_id, type, to_status, actor, at)
      select 'clm_' || suffix, 'claim.opened', 'submitted', customer_id, opened_at
      from bulk_case where source = 'claim' order by n desc`)
  },
}

/** Claims that wait for a review, one unit each. */
export const bulk: Bulk = { parts: [claims], tables: ['claim', 'claim_line', 'claim_event'] }
