import pg from 'pg'

/** What the databases hold after all, to compare with what was acknowledged. */
export interface Books {
  /** Purchase orders per note. */
  reorders: Map<string, number>
  /** Rows, units and states per reservation. */
  reservations: Map<string, { rows: number; qty: number; state: string }>
  /** Places where stock and its ledger disagree. */
  differences: unknown[]
  /** Units in a cart per number of the product. */
  cart: Map<string, number>
  /** Orders from carts: their one line. */
  orders: Map<string, { lines: number; productId: string; quantity: number }>
  /** Effects in the audit logs that people had, per tool. */
  effects: Record<string, number>
}

/** The people whose work is looked at. */
export interface Whose {
  ops: string
  /** Username of the customer with the cart. */
  collector: string
  /** Customer who bought since the given moment. */
  shopper: string
  since: Date
}

type Server = 'wms' | 'catshop' | 'oms'

/** Reads the books with the servers' own database logins. */
export async function readBooks(urls: Record<Server, string>, whose: Whose): Promise<Books> {
  const [wms, catshop, oms] = await Promise.all([open(urls.wms), open(urls.catshop), open(urls.oms)])
  try {
    const { rows: reorders } = await wms.query(
      `select note, count(*)::int as count from wms.purchase_order where created_by = $1 and note like 'crash %' group by note`,
      [whose.ops],
    )
    const { rows: reservations } = await wms.query(
      `select order_ref, count(*)::int as rows, sum(qty)::int as qty, min(state) as state
       from wms.reservation where order_ref like 'crash-%' group by order_ref`,
    )
    const { rows: differences } = await wms.query('select * from wms.stock_differences')
    const { rows: cart } = await catshop.query(
      `select legacy_no, quantity from catshop.cart_items join catshop.product using (product_id) where username = $1`,
      [whose.collector],
    )
    const { rows: orders } = await oms.query(
      `select order_id, count(*)::int as lines, min(product_id) as product_id, sum(qty_ordered)::int as quantity
       from oms.order_line where order_id in (select id from oms.orders where customer_id = $1 and placed_at >= $2)
       group by order_id`,
      [whose.shopper, whose.since],
    )
    return {
      reorders: new Map(reorders.map(({ note, count }) => [note, count])),
      reservations: new Map(reservations.map(({ order_ref, rows, qty, state }) => [order_ref, { rows, qty, state }])),
      differences,
      cart: new Map(cart.map(({ legacy_no, quantity }) => [String(legacy_no), quantity])),
      orders: new Map(
        orders.map(({ order_id, lines, product_id, quantity }) => [
          order_id,
          { lines, productId: product_id, quantity },
        ]),
      ),
      effects: { ...(await effects(wms, 'wms', whose.since)), ...(await effects(catshop, 'catshop', whose.since)) },
    }
  } finally {
    await Promise.all([wms.end(), catshop.end(), oms.end()])
  }
}

async function effects(client: pg.Client, domain: string, since: Date): Promise<Record<string, number>> {
  const { rows } = await client.query(
    `select tool, count(*)::int as count from ${domain}.audit
     where kind = 'effect' and at >= $1 and client_id not in ('oms', 'payments') group by tool`,
    [since],
  )
  return Object.fromEntries(rows.map(({ tool, count }) => [tool, count]))
}

async function open(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}
