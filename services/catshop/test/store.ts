import { connect } from '@backroom/database'
import { demoProducts } from '@backroom/demo-data'
import { startFleet, toolCalls } from '@backroom/fleet-testing'
import type { Tables } from '../src/database-tables.ts'
import { type Visitor, visitor } from './visitor.ts'

const LIMIT_MS = 60_000
const MOST_IN_CART = 98

/** The shop with everything behind it but logistics, as processes behind the gateway. */
export async function openStore() {
  const only = ['auth', 'gateway', 'catshop', 'oms', 'wms', 'payments', 'psp', 'rma', 'claims']
  const fleet = await startFleet({ only, environment: { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '1000000' } })
  const { db, close } = connect<Tables>(fleet.databaseUrl('catshop'), { schema: 'catshop' })
  const calls = toolCalls(fleet.publicUrl, 'catshop')
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (account: string, domain: 'catshop' | 'wms') => {
    const token = tokens.get(account) ?? fleet.token(account, domain)
    tokens.set(account, token)
    return token
  }
  const demo = (number: number): Visitor => visitor(calls, tokenOf(`demo${number}@example.com`, 'catshop'))
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const deadline = Date.now() + LIMIT_MS; !(await holds()); ) {
      if (Date.now() > deadline) throw new Error(`Not within ${LIMIT_MS} ms: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  /** Products that can be bought, the scarcest first. */
  const inStock = async () => {
    const wms = toolCalls(fleet.publicUrl, 'wms')
    const products = demoProducts.slice(0, 50)
    const skus = products.map(({ sku }) => sku)
    const { body } = await wms.rest('get_stock', { skus }, { token: tokenOf('ops@example.com', 'wms') })
    const units = new Map(
      (body.items as { sku: string; available: number }[]).map((item) => [item.sku, item.available]),
    )
    return products
      .map(({ productId, priceMinor, sku }) => ({ productId, priceMinor, available: units.get(sku) ?? 0 }))
      .filter(({ available }) => available > 0)
      .toSorted((a, b) => a.available - b.available)
  }
  return {
    ...{ db, demo, until },
    staff: (): Visitor => visitor(calls, tokenOf('support@example.com', 'catshop')),
    /** A product of which a cart could hold more than the warehouses have. */
    async scarcest(): Promise<{ productId: string; available: number }> {
      const [least] = (await inStock()).filter(({ available }) => available < MOST_IN_CART)
      if (!least) throw new Error('No demo product is scarce')
      return least
    },
    /** A product of which the warehouses have the most, with a price above `aboveMinor`. */
    async plentiful(aboveMinor = 0): Promise<string> {
      const affordable = (await inStock()).filter(({ priceMinor }) => priceMinor > aboveMinor && priceMinor < 20_000)
      return affordable.at(-1)?.productId ?? ''
    },
    emptyCarts: async (): Promise<void> => void (await db.deleteFrom('cart_items').execute()),
    /** What the customer does on the page of the bank. */
    async confirmPayment(url: string): Promise<void> {
      const { status } = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: fleet.publicUrl },
        body: new URLSearchParams({ decision: 'approve' }),
      })
      if (status !== 303) throw new Error(`The bank answered ${status}`)
    },
    /** Leaves a purchase under way whose caller was told that nothing is known. */
    async interrupt(customer: Visitor): Promise<void> {
      fleet.kill('oms')
      const { status, body } = await customer.attempt('checkout')
      if (status !== 503) throw new Error(`checkout answered ${status}: ${JSON.stringify(body)}`)
    },
    async close() {
      await close()
      await fleet.stop()
    },
  }
}

export type Store = Awaited<ReturnType<typeof openStore>>
