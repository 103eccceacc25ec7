import { exponentOf, formatMoney, majorUnits } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Intent, RiskLevel, RiskRule, Tables } from './database-tables.ts'

/** Above it, a person looks at the payment before any of it is captured. */
const REVIEW_FROM = 60
const ELEVATED_FROM = 30

/** Major units from which an amount counts as large; of currencies without decimals, hundreds of them. */
const LARGE = 1_000
const VERY_LARGE = 5_000
const PAYMENTS_A_DAY = 5

export interface RiskScore {
  /** 0 to 100. */
  score: number
  level: RiskLevel
  rules: RiskRule[]
}

/**
 * Scores an authorised payment by explicit rules: its amount, how often the customer has paid lately, whether the customer
 * is new, and what the provider thinks.
 */
export async function assessRisk(
  db: Kysely<Tables>,
  intent: Intent,
  { elevatedByProvider }: { elevatedByProvider: boolean },
): Promise<RiskScore> {
  const { recent, earlier } = await historyOf(db, intent)
  const rules: RiskRule[] = []
  const size = majorUnits(intent.amount_minor, intent.currency) / (exponentOf(intent.currency) === 0 ? 100 : 1)
  const amount = formatMoney(intent.amount_minor, intent.currency)
  if (elevatedByProvider) rules.push({ rule: 'provider', points: 70, detail: 'The provider calls the risk elevated' })
  if (size >= VERY_LARGE) rules.push({ rule: 'amount', points: 40, detail: `${amount} is very large` })
  else if (size >= LARGE) rules.push({ rule: 'amount', points: 15, detail: `${amount} is large` })
  if (recent > PAYMENTS_A_DAY)
    rules.push({ rule: 'velocity', points: 15, detail: `${recent} payments of this customer in 24 hours` })
  if (earlier === 0) rules.push({ rule: 'new_customer', points: 20, detail: 'The first payment of this customer' })
  const score = Math.min(
    100,
    rules.reduce((sum, { points }) => sum + points, 0),
  )
  return { score, level: levelOf(score), rules }
}

/** What the score means: low and elevated go on, high waits for a person. */
function levelOf(score: number): RiskLevel {
  if (score >= REVIEW_FROM) return 'high'
  return score >= ELEVATED_FROM ? 'elevated' : 'low'
}

async function historyOf(db: Kysely<Tables>, { id, customer_id }: Intent) {
  const { rows } = await sql<{ recent: number; earlier: number }>`
    select count(*) filter (where created_at > now() - interval '1 day') as recent,
           count(*) filter (where id <> ${id} and captured_minor > 0) as earlier
    from (select id, created_at, captured_minor from payment_intent where customer_id = ${customer_id}
          order by id desc limit 100) as latest`.execute(db)
  return rows[0] ?? { recent: 0, earlier: 0 }
}
