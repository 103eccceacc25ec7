import type { DomainName } from '@backroom/access'

/** What a fleet holds that calls can name. */
export interface Sample {
  products: number
  orders: readonly { id: string; number: string; customer: string; payment: string; sku: string; day: string }[]
}

/** A call that is made again and again, each time for something else. */
export interface Case {
  name: string
  domain: DomainName
  tool: string
  /** lookup: by key. list: one page. typo: a search with a misspelt word. sum: figures over many rows, without a goal. */
  kind: 'lookup' | 'list' | 'typo' | 'sum'
  args(sample: Sample, turn: number): Record<string, unknown>
}

/** How much the 95th percentile may grow from the smaller fleet to the larger. */
export const goals: Partial<Record<Case['kind'], number>> = { lookup: 1.5, list: 1.5, typo: 3 }

const spread = (turn: number, size: number) => 1 + ((turn * 7_919) % size)
const product = ({ products }: Sample, turn: number) => `prod-b${spread(turn, products).toString(16).padStart(8, '0')}`
const sku = ({ products }: Sample, turn: number) => `SKU-${String(spread(turn, products)).padStart(8, '0')}`
const order = ({ orders }: Sample, turn: number) => {
  const found = orders[turn % orders.length]
  if (!found) throw new Error('The fleet has no bulk orders')
  return found
}
const one = <T>(from: readonly [T, ...T[]], turn: number): T => from[turn % from.length] ?? from[0]

const things = ['kettle', 'kayak', 'trellis', 'speaker', 'harness', 'robot', 'atlas', 'mirror'] as const
const typos = ['kettel', 'kayka', 'trelis', 'speeker', 'harnes', 'robbot', 'mirorr', 'projecter'] as const
const qualities = ['waterproof', 'quiet', 'rustic', 'padded', 'slim'] as const
const shelves = ['Kitchen', 'Garden', 'Books', 'Electronics'] as const

export const cases: readonly Case[] = [
  of('catshop', 'get_product', 'lookup', 'get_product', (sample, turn) => ({ product_id: product(sample, turn) })),
  of('catshop', 'check_availability', 'lookup', 'check_availability', (sample, turn) => ({
    product_id: product(sample, turn),
  })),
  of('catshop', 'list_products', 'list', 'list_products', () => ({})),
  of('catshop', 'list_products of a category', 'list', 'list_products', (_, turn) => ({
    category: one(shelves, turn),
  })),
  of('catshop', 'search_products, best sellers', 'list', 'search_products', () => ({ query: '' })),
  of('catshop', 'search_products, one word', 'list', 'search_products', (_, turn) => ({ query: one(things, turn) })),
  of('catshop', 'search_products, two words', 'list', 'search_products', (_, turn) => ({
    query: `${one(qualities, turn)} ${one(things, turn)}`,
  })),
  of('catshop', 'search_products, cheapest of a category', 'list', 'search_products', (_, turn) => ({
    query: '',
    category: one(shelves, turn),
    min_price: 10 + (turn % 50),
    sort: 'price_asc',
  })),
  of('catshop', 'search_products, newest', 'list', 'search_products', (_, turn) => ({
    query: one(things, turn),
    sort: 'newest',
  })),
  of('catshop', 'search_products, misspelt word', 'typo', 'search_products', (_, turn) => ({
    query: one(typos, turn),
  })),
  of('catshop', 'search_products, two words, one misspelt', 'typo', 'search_products', (_, turn) => ({
    query: `${one(qualities, turn)} ${one(typos, turn)}`,
  })),
  of('wms', 'get_stock', 'lookup', 'get_stock', (sample, turn) => ({ skus: [sku(sample, turn)] })),
  of('wms', 'get_stock of 20', 'lookup', 'get_stock', (sample, turn) => ({
    skus: Array.from({ length: 20 }, (_, index) => sku(sample, turn * 20 + index)),
  })),
  of('wms', 'get_stock_history', 'list', 'get_stock_history', (sample, turn) => ({ sku: sku(sample, turn) })),
  of('wms', 'list_low_stock', 'list', 'list_low_stock', (_, turn) => ({ warehouse: `WH-${1 + (turn % 3)}` })),
  of('wms', 'list_purchase_orders', 'list', 'list_purchase_orders', () => ({ status: 'ordered' })),
  of('oms', 'get_order', 'lookup', 'get_order', (sample, turn) => ({ order_id: order(sample, turn).id })),
  of('oms', 'get_order by number', 'lookup', 'get_order', (sample, turn) => ({ order_id: order(sample, turn).number })),
  of('oms', 'get_order_timeline', 'list', 'get_order_timeline', (sample, turn) => ({
    order_id: order(sample, turn).id,
  })),
  of('oms', 'search_orders', 'list', 'search_orders', () => ({})),
  of('oms', 'search_orders, in full', 'list', 'search_orders', () => ({ verbosity: 'full' })),
  of('oms', 'search_orders by status', 'list', 'search_orders', () => ({ status: 'completed' })),
  of('oms', 'search_orders by customer', 'list', 'search_orders', (sample, turn) => ({
    customer: order(sample, turn).customer,
  })),
  of('oms', 'search_orders by SKU', 'list', 'search_orders', (sample, turn) => ({ sku: order(sample, turn).sku })),
  of('oms', 'search_orders by number', 'list', 'search_orders', (sample, turn) => ({
    query: order(sample, turn).number,
  })),
  of('oms', 'search_orders by name', 'list', 'search_orders', (_, turn) => ({
    query: `${one(['Alma', 'Greta'], turn)} m`,
  })),
  of('oms', 'search_orders of a day', 'list', 'search_orders', (sample, turn) => {
    const { day } = order(sample, turn)
    return { placed_from: day, placed_to: day }
  }),
  of('oms', 'search_orders that are late', 'list', 'search_orders', () => ({ flags: ['late'] })),
  of('oms', 'list_upcoming_orders', 'list', 'list_upcoming_orders', (_, turn) => ({
    warehouse: `WH-${1 + (turn % 3)}`,
  })),
  of('oms', 'get_demand of a SKU', 'lookup', 'get_demand', (sample, turn) => ({ skus: [order(sample, turn).sku] })),
  of('oms', 'get_demand by region', 'list', 'get_demand', () => ({ group_by: ['region'] })),
  of('oms', 'get_demand of all SKUs', 'sum', 'get_demand', () => ({})),
  of('payments', 'get_payment', 'lookup', 'get_payment', (sample, turn) => ({
    payment_id: order(sample, turn).payment,
  })),
  of('payments', 'get_payment by order', 'lookup', 'get_payment', (sample, turn) => ({
    order_ref: order(sample, turn).id,
  })),
  of('payments', 'list_payments', 'list', 'list_payments', () => ({})),
  of('payments', 'list_payments by status', 'list', 'list_payments', () => ({ status: 'captured' })),
  of('payments', 'list_payments of a customer', 'list', 'list_payments', (sample, turn) => ({
    customer_id: order(sample, turn).customer,
  })),
  of('payments', 'list_payments of a day', 'list', 'list_payments', (sample, turn) => {
    const { day } = order(sample, turn)
    return { from: day, to: day }
  }),
  of('payments', 'get_ledger of a day', 'list', 'get_ledger', (sample, turn) => {
    const { day } = order(sample, turn)
    return { account: 'sales_revenue', currency: 'USD', from: day, to: day }
  }),
  of('payments', 'get_ledger', 'list', 'get_ledger', () => ({ account: 'sales_revenue', currency: 'USD' })),
  of('payments', 'get_balance', 'sum', 'get_balance', () => ({ account: 'psp_clearing', currency: 'USD' })),
  of('payments', 'trial_balance', 'sum', 'trial_balance', () => ({})),
]

function of(domain: DomainName, name: string, kind: Case['kind'], tool: string, args: Case['args']): Case {
  return { domain, name, kind, tool, args }
}
