import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DomainName, resourceUrl } from '@backroom/access'
import { type RestAnswer, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { importJWK, type JWK, SignJWT } from 'jose'
import pg from 'pg'
import { ulid } from 'ulid'
import { address, standard } from './orders.ts'

const PSP_OFFSET = 110

/** Some line of a cart: units of a SKU at a price, tax for all of them together. */
export interface CartLine {
  sku: string
  qty: number
  unitMinor: number
  taxMinor?: number
}

/** Orders with everything that their processes need, and what else is named, as real processes behind the gateway. */
export async function openProcesses(environment: Record<string, string> = {}, also: readonly DomainName[] = []) {
  const only = ['auth', 'gateway', 'wms', 'oms', 'payments', 'psp', ...also]
  const fleet = await startFleet({ only, environment: { LOG_LEVEL: 'warn', ...environment } })
  const tokens = new Map<string, Promise<string>>()
  const cached = (name: string, make: () => Promise<string>) => {
    const token = tokens.get(name) ?? make()
    tokens.set(name, token)
    return token
  }
  const call = async (domain: DomainName, tool: string, args: object, token: Promise<string>): Promise<RestAnswer> => {
    const response = await fetch(`${fleet.publicUrl}/${domain}/tools/${tool}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token}` },
      body: JSON.stringify(args),
    })
    return { status: response.status, body: await response.json() }
  }
  const staff = (account: string, domain: DomainName, scope?: string) =>
    cached(`${account} ${domain} ${scope}`, () => fleet.token(`${account}@example.com`, domain, scope))
  const service = (client: DomainName, domain: DomainName) =>
    cached(`${client} -> ${domain}`, () => serviceToken(fleet, client, domain))

  const customer = (username: string) => cached(`${username} exchanged`, () => exchangedToken(fleet, username))
  /** A call of the warehouse that must succeed. */
  const work = async (tool: string, args: object) => {
    const answer = await call('wms', tool, { idempotency_key: randomUUID(), ...args }, staff('warehouse', 'wms'))
    if (answer.status !== 200) throw new Error(`${tool} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer
  }
  const reservation = async (orderRef: string) =>
    (await call('wms', 'get_reservation', { order_ref: orderRef }, service('oms', 'wms'))).body
  const allocatedTo = async (orderId: string) => {
    const { reservations } = (await reservation(orderId)) as { reservations: Reserved[] }
    const allocated = reservations.filter(({ state }) => state === 'allocated')
    return [...Map.groupBy(allocated, ({ warehouse }) => warehouse)].map(
      ([warehouse, rows]) => [warehouse, rows.map(({ sku, qty }) => ({ sku, qty }))] as const,
    )
  }

  const used = new Set<string>()
  /** The tables of a process, as its own role. */
  const database = async <Row>(name: DomainName, query: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl(name), options: `-c search_path=${name}` })
    await client.connect()
    try {
      return (await client.query(query, values)).rows as Row[]
    } finally {
      await client.end()
    }
  }

  const shop = {
    /** What the storefront asks for when a customer pays. */
    checkout: (lines: readonly CartLine[], { method = 'pm_sim_visa', checkoutId = `chk_${ulid()}` } = {}) =>
      call('oms', 'start_checkout', checkoutOf(checkoutId, lines, method), service('catshop', 'oms')),
  }
  return {
    fleet,
    ...shop,
    /** Places an order that must come about. */
    async placed(lines: readonly CartLine[], method?: string) {
      const { status, body } = await shop.checkout(lines, method ? { method } : {})
      if (status !== 200 || body.status !== 'completed') throw new Error(`no order: ${status} ${JSON.stringify(body)}`)
      return body.order
    },
    order: async (orderId: string) =>
      (await call('oms', 'get_order', { order_id: orderId, include: ['fulfillment_orders'] }, staff('ops', 'oms')))
        .body,
    events: async (orderId: string): Promise<{ type: string; data: Record<string, unknown> }[]> =>
      (await call('oms', 'get_order_timeline', { order_id: orderId, limit: 100 }, staff('ops', 'oms'))).body.items,
    oms: (tool: string, args: object, account = 'ops') => call('oms', tool, args, staff(account, 'oms')),
    wms: (tool: string, args: object) => work(tool, args),
    /** Cancels as the customer, who asked the storefront. */
    cancel: (orderId: string, args: object = {}, username = 'demo1') =>
      call('oms', 'cancel_order', { order_id: orderId, reason: 'Changed my mind', ...args }, customer(username)),
    /** Units of an order on their way through its warehouses, as far as `until`. */
    async fulfil(orderId: string, until: 'picked' | 'packed' | 'shipped') {
      for (const [warehouse, lines] of await allocatedTo(orderId)) {
        const criteria = { order_refs: [orderId] }
        const wave = await work('create_pick_wave', { warehouse, criteria })
        for (const { task_id, qty } of wave.body.tasks) await work('confirm_pick', { task_id, qty })
        if (until !== 'picked') await work('pack_shipment', { order_ref: orderId, warehouse, cartons: [{ lines }] })
      }
      if (until === 'shipped') await work('hand_over_shipment', { order_ref: orderId })
    },
    payments: (tool: string, args: object) => call('payments', tool, args, staff('finance', 'payments')),
    report: (source: 'wms' | 'payments' | 'tms' | 'rma' | 'claims', facts: object[]) =>
      call('oms', 'report_fact', { facts }, service(source, 'oms')),
    payment: async (orderId: string) =>
      (await call('payments', 'get_payment', { order_ref: orderId }, service('oms', 'payments'))).body,
    /** A call of a person of another domain that must succeed. */
    async staff(account: string, domain: DomainName, tool: string, args: object) {
      const key = tool.startsWith('get_') ? {} : { idempotency_key: randomUUID() }
      const answer = await call(domain, tool, { ...key, ...args }, staff(account, domain))
      if (answer.status !== 200) throw new Error(`${tool} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    reservation,
    /** A SKU that no other test uses, with so many units in so many warehouses (at least, or exactly). */
    async sku({ units, warehouses, exactly = false }: { units: number; warehouses: number; exactly?: boolean }) {
      const rows = await database<{ sku: string }>(
        'wms',
        `select sku from stock_balance group by sku
         having count(*) filter (where available >= $1) ${exactly ? '=' : '>='} $2
           and ($3 or count(*) filter (where available > 0) = $2) order by sku`,
        [units, warehouses, !exactly],
      )
      const fresh = rows.find(({ sku }) => !used.has(sku))
      if (!fresh) throw new Error('the demo data has no such SKU')
      used.add(fresh.sku)
      return fresh.sku
    },
    /** How the provider behaves next. */
    async provider(operation: string, behaviour: string, times = 1) {
      await control(fleet, { operation, behaviour, times })
    },
    /** What the customer decides at the page of the bank. */
    async confirm(actionUrl: string, decision: 'approve' | 'decline') {
      const response = await fetch(actionUrl, {
        method: 'POST',
        body: new URLSearchParams({ decision }),
        redirect: 'manual',
      })
      if (response.status !== 303) throw new Error(`${actionUrl} answered ${response.status}`)
    },
    database,
    stop: () => fleet.stop(),
  }
}

interface Reserved {
  sku: string
  qty: number
  warehouse: string
  state: string
}

export type Processes = Awaited<ReturnType<typeof openProcesses>>

/** Asks until the answer fits; fails after half a minute with the last one. */
export async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, what: string): Promise<T> {
  let answer = await ask()
  for (const end = Date.now() + 30_000; !fits(answer); answer = await ask()) {
    if (Date.now() > end) throw new Error(`${what} did not come about: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return answer
}

function checkoutOf(checkoutId: string, lines: readonly CartLine[], method: string) {
  const sum = (amount: (line: CartLine) => number) => lines.reduce((all, line) => all + amount(line), 0)
  const [subtotal, tax] = [sum(({ qty, unitMinor }) => qty * unitMinor), sum(({ taxMinor = 0 }) => taxMinor)]
  return {
    checkout_id: checkoutId,
    customer: { customer_id: 'cust-001', email: 'demo1@example.com', name: 'Ada Whitfield' },
    channel: 'catshop',
    source: 'cart',
    currency: 'USD',
    lines: lines.map(({ sku, qty, unitMinor, taxMinor = 0 }) => ({
      ...{ sku, product_id: `prod-${sku}`, title: `Article ${sku}`, qty, unit_minor: unitMinor },
      ...{ discount_minor: 0, shipping_minor: 0, tax_minor: taxMinor },
    })),
    totals: {
      ...{ subtotal_minor: subtotal, discount_minor: 0, shipping_minor: 0, tax_minor: tax },
      grand_minor: subtotal + tax,
    },
    ship_to: address,
    shipping_option: standard,
    payment_method: method,
  }
}

function serviceToken(fleet: TestFleet, client: DomainName, domain: DomainName): Promise<string> {
  return token(fleet, client, { grant_type: 'client_credentials', resource: resourceUrl(fleet.publicUrl, domain) })
}

/** What the storefront gets to act for a customer who is signed in there. */
async function exchangedToken(fleet: TestFleet, username: string): Promise<string> {
  return token(fleet, 'catshop', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await fleet.token(`${username}@example.com`, 'catshop'),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: resourceUrl(fleet.publicUrl, 'oms'),
  })
}

async function token({ publicUrl, data }: TestFleet, client: DomainName, fields: Record<string, string>) {
  const jwk = JSON.parse(await readFile(join(data, 'keys', `${client}.json`), 'utf8')) as JWK
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '' })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(`${publicUrl}/auth`)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(jwk, 'ES256'))
  const response = await fetch(`${publicUrl}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...fields,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  if (!response.ok) throw new Error(`no token for ${client}: ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}

async function control({ port, data }: TestFleet, wish: object): Promise<void> {
  const secret = (await readFile(join(data, 'keys', 'psp-secret'), 'utf8')).trim()
  const response = await fetch(`http://127.0.0.1:${port + PSP_OFFSET}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(wish),
  })
  if (!response.ok) throw new Error(`the provider refused: ${await response.text()}`)
}
