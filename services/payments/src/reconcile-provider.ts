import { DAY_MS, type Day } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { HeldAuthorization, Movement, Provider } from './provider/provider.ts'

/** Where the books of the provider and ours disagree. */
export interface ProviderDifference {
  kind: 'unknown here' | 'unknown there' | 'charged twice' | 'amount'
  /** Payment or operation, by our id where there is one. */
  id: string
  ours: string
  theirs: string
}

const HOUR_MS = 3_600_000
/** What is so young may be on its way. */
const MOMENT_MS = 2_000

/** The days (UTC) on which something was asked of a provider, or ended. */
export async function providerDays(db: Kysely<Tables>): Promise<Day[]> {
  const { rows } = await sql<{ day: Day }>`
    select distinct (at at time zone 'utc')::date as day from (
      select requested_at as at from "authorization" union all select requested_at from operation
      union all select ended_at from operation where ended_at is not null union all select now()) as moments
    order by day`.execute(db)
  return rows.map(({ day }) => day)
}

/** Compares a day with the provider's own books, both ways: every authorization and every movement of money. */
export async function withProvider(
  db: Kysely<Tables>,
  provider: Provider,
  day: Day,
): Promise<{ rows: number; differences: ProviderDifference[] }> {
  const from = new Date(`${day}T00:00:00Z`)
  const to = new Date(Math.min(from.getTime() + DAY_MS, Date.now() - MOMENT_MS))
  // A little more than the day of theirs: clocks and midnight differ.
  const [around, until] = [new Date(from.getTime() - HOUR_MS), new Date(to.getTime() + HOUR_MS)]
  const held = (await provider.authorizations?.(around, until)) ?? []
  const movements = await provider.movements(around, until)
  return {
    rows: held.length + movements.length,
    differences: [
      ...(await ofAuthorizations(db, held)),
      ...(await ofMovements(db, movements)),
      ...(await unknownThere(db, provider, { from, to }, held, movements)),
    ],
  }
}

interface OurAuthorization {
  provider_ref: string
  intent_id: string
  currency: string
  captured: number
  refunded: number
  reserved: number
  under_way: boolean
}

async function ofAuthorizations(db: Kysely<Tables>, held: readonly HeldAuthorization[]): Promise<ProviderDifference[]> {
  const { rows } = await sql<OurAuthorization>`
    select a.provider_ref, a.intent_id, i.currency, i.captured_minor as captured, i.refunded_minor as refunded,
      case when i.status in ('authorized', 'partially_captured')
        then i.authorized_minor - i.captured_minor - i.voided_minor else 0 end as reserved,
      i.capture_pending_minor + i.void_pending_minor + i.refund_pending_minor > 0
        or a.status in ('requested', 'sent', 'unknown') as under_way
    from "authorization" a join payment_intent i on i.id = a.intent_id
    where a.provider_ref = any(${held.map(({ authorizationRef }) => authorizationRef)})`.execute(db)
  const ours = new Map(rows.map((row) => [row.provider_ref, row]))
  return [...ofIntents(held), ...held.flatMap((theirs) => ofAuthorization(theirs, ours.get(theirs.authorizationRef)))]
}

/** One payment may hold money once. */
function ofIntents(held: readonly HeldAuthorization[]): ProviderDifference[] {
  const live = held.filter(({ status }) => status === 'authorized')
  return [...Map.groupBy(live, ({ intentId }) => intentId)]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => ({ kind: 'charged twice', id, ours: 'one', theirs: `${same.length} authorizations` }))
}

function ofAuthorization(theirs: HeldAuthorization, ours: OurAuthorization | undefined): ProviderDifference[] {
  const { intentId: id, status, amountMinor, capturedMinor, voidedMinor, refundedMinor, currency } = theirs
  const reserved = status === 'authorized' ? amountMinor - capturedMinor - voidedMinor : 0
  const there = { captured: capturedMinor, refunded: refundedMinor, reserved }
  if (!ours) {
    if (capturedMinor === 0 && reserved === 0) return []
    return [
      { kind: 'unknown here', id, ours: 'nothing', theirs: `${theirs.authorizationRef}: ${inWords(there, currency)}` },
    ]
  }
  const here = { captured: ours.captured, refunded: ours.refunded, reserved: ours.reserved }
  const same = inWords(here, ours.currency) === inWords(there, currency)
  if (same || ours.under_way) return []
  return [{ kind: 'amount', id: ours.intent_id, ours: inWords(here, ours.currency), theirs: inWords(there, currency) }]
}

interface Sums {
  captured: number
  refunded: number
  reserved: number
}

function inWords({ captured, refunded, reserved }: Sums, currency: string): string {
  return `${captured} captured, ${refunded} refunded, ${reserved} reserved ${currency}`
}

async function ofMovements(db: Kysely<Tables>, movements: readonly Movement[]): Promise<ProviderDifference[]> {
  const charges = movements.filter(({ kind }) => kind === 'capture' || kind === 'refund')
  const ids = charges.map(({ operationId }) => operationId ?? '')
  const { rows } = await sql<OurOperation>`
    select id, kind, amount_minor, currency, status from operation where id = any(${ids})`.execute(db)
  const ours = new Map(rows.map((row) => [row.id, row]))
  const byOperation = Map.groupBy(charges, ({ operationId, providerRef }) => operationId ?? providerRef)
  return [...byOperation].flatMap(([id, same]) => ofOperation(id, same, ours.get(id)))
}

interface OurOperation {
  id: string
  kind: string
  amount_minor: number
  currency: string
  status: string
}

function ofOperation(id: string, theirs: readonly Movement[], ours: OurOperation | undefined): ProviderDifference[] {
  if (theirs.length > 1) return [{ kind: 'charged twice', id, ours: 'one', theirs: `${theirs.length} movements` }]
  const there = theirs.map(({ kind, amountMinor, currency }) => `${kind} of ${amountMinor} ${currency}`).join()
  if (!ours) return [{ kind: 'unknown here', id, ours: 'nothing', theirs: there }]
  if (['requested', 'sent', 'unknown'].includes(ours.status)) return []
  const here = `${ours.kind} of ${ours.amount_minor} ${ours.currency}`
  if (here === there && ours.status !== 'failed') return []
  return [{ kind: 'amount', id, ours: `${here}, ${ours.status}`, theirs: there }]
}

/** What we take for done and the provider knows nothing of. */
async function unknownThere(
  db: Kysely<Tables>,
  { name, authorizations }: Provider,
  { from, to }: { from: Date; to: Date },
  held: readonly HeldAuthorization[],
  movements: readonly Movement[],
): Promise<ProviderDifference[]> {
  const { rows } = await sql<{ id: string; what: string }>`
    select o.id, o.kind || ' of ' || o.amount_minor || ' ' || o.currency as what
      from operation o join payment_intent i on i.id = o.intent_id
      where i.provider = ${name} and o.kind in ('capture', 'refund') and o.status in ('succeeded', 'reversed')
        and o.ended_at >= ${from} and o.ended_at < ${to} and o.id <> all(${movements.map((one) => one.operationId ?? '')})
    union all
    select i.id, a.status || ' ' || a.amount_minor || ' ' || i.currency
      from "authorization" a join payment_intent i on i.id = a.intent_id
      where ${authorizations !== undefined} and i.provider = ${name} and a.status = 'authorized'
        and a.requested_at >= ${from} and a.requested_at < ${to}
        and a.provider_ref <> all(${held.map(({ authorizationRef }) => authorizationRef)})`.execute(db)
  return rows.map(({ id, what }) => ({ kind: 'unknown there', id, ours: what, theirs: 'nothing' }))
}
