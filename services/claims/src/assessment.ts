import { BusinessError } from '@backroom/mcp-service'
import { shareOf } from '@backroom/money'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import type { Claim } from './claim.ts'
import { setStatus, takeUp } from './claim-status.ts'
import type { LiabilityParty, Recommendation, Tables } from './database-tables.ts'
import { closeRequest } from './evidence.ts'
import { takePart } from './parts.ts'
import { identifyFor } from './recovery.ts'

export type Assessment = Selectable<Tables['assessment']>

const WHOLE_BP = 10_000

/** Shares of the liability in hundredths of a percent; together 10 000. */
export interface LiabilitySplit {
  carrier: number
  supplier: number
  customer: number
  retailer: number
}

export interface NewAssessment {
  findings: string
  liability: LiabilitySplit
  /** Name of the supplier, where it shares the liability. */
  supplier?: string | undefined
  /** 0: nothing odd. 100: certain. */
  fraudScore: number
  recommendation: Recommendation
  recommendedMinor?: number | undefined
  assessor: string
}

/**
 * Records what an assessor found about a locked claim; whoever shares the liability may have to pay it back.
 *
 * @throws {BusinessError} policy_denied for whoever approved the claim before; invalid_argument for shares that are not a
 * whole and for a recommended amount that does not fit the recommendation; invalid_transition
 */
export async function assess(
  db: Kysely<Tables>,
  claim: Claim,
  wanted: NewAssessment,
): Promise<{ claim: Claim; assessment: Assessment }> {
  const { liability, assessor, recommendation } = wanted
  const whole = Object.values(liability).reduce((sum, share) => sum + share, 0)
  if (whole !== WHOLE_BP) throw invalid(`The liability shares add up to ${whole}, not ${WHOLE_BP}.`)
  const recommendedMinor = amountOf(claim, wanted)
  const reviewed = await takeUp(db, claim, assessor)
  await closeRequest(db, claim)
  const assessed = await setStatus(
    db,
    reviewed,
    'assessed',
    { type: 'claim.assessed', actor: assessor, data: { recommendation } },
    { liability_party: largest(liability) },
  )
  await takePart(db, claim, assessor, 'assessor')
  const assessment = await db
    .insertInto('assessment')
    .values({
      id: `asm_${ulid()}`,
      claim_id: claim.id,
      findings: wanted.findings,
      carrier_bp: liability.carrier,
      supplier_bp: liability.supplier,
      customer_bp: liability.customer,
      retailer_bp: liability.retailer,
      fraud_score: wanted.fraudScore,
      recommendation,
      recommended_minor: recommendedMinor,
      assessor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await identifyLiable(db, assessed, wanted)
  return { claim: assessed, assessment }
}

async function identifyLiable(db: Kysely<Tables>, claim: Claim, { liability, supplier, assessor }: NewAssessment) {
  const parties = [
    { kind: 'carrier', name: claim.carrier, share: liability.carrier },
    { kind: 'supplier', name: supplier, share: liability.supplier },
  ] as const
  for (const { kind, name, share } of parties) {
    const expectedMinor = shareOf(claim.requested_minor, share, WHOLE_BP)
    if (name && expectedMinor > 0) await identifyFor(db, claim, { kind, name, expectedMinor, actor: assessor })
  }
}

function amountOf({ requested_minor }: Claim, { recommendation, recommendedMinor }: NewAssessment): number {
  if (recommendation === 'deny') {
    if (recommendedMinor) throw invalid('A denial recommends no amount.')
    return 0
  }
  if (recommendation === 'approve') {
    if (recommendedMinor !== undefined && recommendedMinor !== requested_minor)
      throw invalid(`To recommend less than the ${requested_minor} requested, recommend partially_approve.`)
    return requested_minor
  }
  if (recommendedMinor === undefined || recommendedMinor >= requested_minor || recommendedMinor === 0)
    throw invalid(`A partial approval recommends an amount between 0 and ${requested_minor}.`)
  return recommendedMinor
}

function largest(liability: LiabilitySplit): LiabilityParty {
  const shares = Object.entries(liability) as [LiabilityParty, number][]
  return shares.reduce((most, next) => (next[1] > most[1] ? next : most))[0]
}

function invalid(message: string): BusinessError {
  return new BusinessError('invalid_argument', message)
}
