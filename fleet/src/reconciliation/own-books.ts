import { claimDifferences } from '@backroom/claims/reconcile'
import { demandDifferences, orderDifferences, stuckFacts } from '@backroom/oms/reconcile'
import { ledgerDifferences, unknownOperations } from '@backroom/payments/reconcile'
import { returnDifferences } from '@backroom/rma/reconcile'
import { stockDifferences } from '@backroom/wms/reconcile'
import { asOfNow } from './books.ts'
import { type Check, defineCheck } from './check.ts'

/** What each domain can prove from its own tables alone. */
export const ownBooks: Check[] = [
  defineCheck({
    name: 'stock: balances against movements, bins, reservations',
    needs: ['wms'],
    async run({ wms }) {
      const { rows, differences } = await asOfNow(wms, stockDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ source, sku, warehouse_id, bucket, balance, recorded }) => ({
          subject: `${sku} in ${warehouse_id}`,
          says: `${bucket}: the balance says ${balance}, ${source} records say ${recorded}`,
          todo: `Look at get_stock_history of ${sku}, have it counted (start_cycle_count), and report a fault: balances change with their records in one transaction.`,
        })),
      }
    },
  }),
  defineCheck({
    name: 'money: ledger against payments, bookings, store credit',
    needs: ['payments'],
    async run({ payments }) {
      const { rows, differences } = await asOfNow(payments, ledgerDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ source, id, detail, balance, recorded }) => ({
          subject: `${source} ${id}`,
          says: `${detail}: the balance says ${balance}, the records say ${recorded}`,
          todo: 'Look at get_payment and get_ledger; correct a booking with post_adjustment, never in the tables.',
        })),
      }
    },
  }),
  defineCheck({
    name: 'orders: status, money and units against their rows',
    needs: ['oms'],
    async run({ oms }) {
      const { rows, differences } = await asOfNow(oms, orderDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ order_id, check, expected, found }) => ({
          subject: `order ${order_id}`,
          says: `${check}: ${expected} by its rows, ${found} on the order`,
          todo: `Look at get_order_timeline of ${order_id} and report a fault: an order changes with its rows in one transaction.`,
        })),
      }
    },
  }),
  defineCheck({
    name: 'orders: demand against order lines',
    needs: ['oms'],
    async run({ oms }) {
      const { rows, differences } = await asOfNow(oms, demandDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ sku, day, ordered, counted }) => ({
          subject: `${sku} on ${day}`,
          says: `${ordered} ordered, ${counted} counted as demand`,
          todo: 'Reorder proposals of this SKU are off by this much; report a fault.',
        })),
      }
    },
  }),
  defineCheck({
    name: 'orders: facts of other domains have taken effect',
    needs: ['oms'],
    async run({ oms }) {
      const facts = await stuckFacts(oms)
      return {
        rows: facts.length,
        underWay: 0,
        differences: facts.map(({ id, type, order_id, state }) => ({
          subject: `fact ${id}`,
          says: `${type} of ${order_id ?? 'no order'} is ${state}`,
          todo: `Read why with get_saga ${id}, then retry_saga_step.`,
        })),
      }
    },
  }),
  defineCheck({
    name: 'returns: units and money against receipts, inspections, resolutions',
    needs: ['rma'],
    async run({ rma }) {
      const { rows, differences } = await asOfNow(rma, returnDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ what, id, stored, counted }) => ({
          subject: `return ${id}`,
          says: `${what}: the return says ${stored}, its records say ${counted}`,
          todo: 'Look at get_return and report a fault: a return changes with its records in one transaction.',
        })),
      }
    },
  }),
  defineCheck({
    name: 'claims: status, money and deadlines against their records',
    needs: ['claims'],
    async run({ claims }) {
      const { rows, differences } = await asOfNow(claims, claimDifferences)
      return {
        rows,
        underWay: 0,
        differences: differences.map(({ what, id, expected, found }) => ({
          subject: `claim ${id}`,
          says: `${what}: ${expected} by its records, ${found} is there`,
          todo: 'Look at get_claim and report a fault: a claim changes with its records in one transaction.',
        })),
      }
    },
  }),
  defineCheck({
    name: 'payments: no request with an unknown end',
    needs: ['payments'],
    async run({ payments }) {
      const unknown = await unknownOperations(payments)
      return {
        rows: unknown.length,
        underWay: 0,
        differences: unknown.map(({ id, payment_id, kind, amount_minor, currency }) => ({
          subject: `payment ${payment_id}`,
          says: `nobody knows what became of ${kind} ${id} of ${amount_minor} ${currency}`,
          todo: `Have it looked up: resolve_unknown_operation ${id}. Is the provider reachable?`,
        })),
      }
    },
  }),
]
