import { type ProviderDifference, providerDays, withProvider } from '@backroom/payments/reconcile'
import { compareItems, defineCheck, type Suspicion } from './check.ts'

const todos: Record<ProviderDifference['kind'], string> = {
  'unknown here': 'Give the money back at the provider, and find out who asked for it under this id.',
  'unknown there': 'Run reconcile_settlement for the day; do not ship on it before the provider explains.',
  'charged twice': 'Give the second one back at the provider at once.',
  amount: 'Run reconcile_settlement for the day and correct the payment with the provider.',
}

/** Payments against the provider's own books, day by day, both ways. */
export const paymentsAndProvider = defineCheck({
  name: "payments against the provider's books",
  needs: ['payments', 'provider'],
  async run({ payments, provider }) {
    const looked = new Map<string, number>()
    const days = await providerDays(payments)
    const findings = await compareItems(
      [async (after) => days.filter((day) => day > after).slice(0, 1)],
      async (some) => {
        const suspicions: Suspicion[] = []
        for (const day of some) {
          const compared = await withProvider(payments, provider, day)
          looked.set(day, compared.rows)
          suspicions.push(...compared.differences.map((difference) => suspicionOf(day, difference)))
        }
        return suspicions
      },
    )
    return { ...findings, rows: [...looked.values()].reduce((sum, rows) => sum + rows, 0) }
  },
})

function suspicionOf(day: string, { kind, id, ours, theirs }: ProviderDifference): Suspicion {
  return {
    ...{ id: day, subject: `${kind}: ${id}` },
    says: `payments says ${ours}, the provider says ${theirs}`,
    todo: todos[kind],
  }
}
