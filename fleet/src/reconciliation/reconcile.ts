import { afterSales } from './after-sales.ts'
import { type BookAddresses, type BookName, openBooks } from './books.ts'
import type { Check, Findings } from './check.ts'
import { ordersAndParcels } from './orders-and-parcels.ts'
import { entitlementsAndCredit, entitlementsAndRefunds, ordersAndPayments } from './orders-and-payments.ts'
import { ordersAndStock } from './orders-and-stock.ts'
import { ownBooks } from './own-books.ts'
import { processes } from './processes.ts'
import { paymentsAndProvider } from './provider.ts'
import { shopAndOrders } from './shop-and-orders.ts'

/** A check with what it found, or with the books that it would need and that are not there. */
export type CheckResult = { name: string } & (Findings | { missing: BookName[] })

const checks: Check[] = [
  ...ownBooks,
  ordersAndStock,
  ordersAndParcels,
  ordersAndPayments,
  entitlementsAndRefunds,
  entitlementsAndCredit,
  ...afterSales,
  paymentsAndProvider,
  shopAndOrders,
  ...processes,
]

/**
 * Compares the books of every domain in themselves, with each other and with the payment provider, while the fleet works
 * or not. Changes nothing.
 *
 * @throws {Error} when a book cannot be read
 */
export async function reconcile(addresses: BookAddresses): Promise<CheckResult[]> {
  const { books, close } = openBooks(addresses)
  try {
    return await Promise.all(
      checks.map(async ({ name, needs, run }): Promise<CheckResult> => {
        const missing = needs.filter((book) => !books[book])
        return { name, ...(missing.length > 0 ? { missing } : await run(books as never)) }
      }),
    )
  } finally {
    await close()
  }
}

/** Everything that differs, in words; empty when the books are right. */
export function differencesIn(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) =>
    'differences' in result ? result.differences.map(({ subject, says }) => `${result.name}: ${subject}: ${says}`) : [],
  )
}
