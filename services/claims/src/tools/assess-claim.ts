import { z } from 'zod'
import { assess } from '../assessment.ts'
import { lockClaim, requireVersion } from '../claim.ts'
import { assessmentShape } from '../claim-view.ts'
import { recommendations } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, ClaimNumber, ExpectedVersion, Name, Statement } from '../identifiers.ts'
import { AssessmentShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'

const Share = z.int().min(0).max(10_000).default(0)

export const assessClaim = defineTool({
  name: 'assess_claim',
  title: 'Assess claim',
  description:
    'Record what was found about a claim: who is liable, how likely it is fraud, and what is recommended. Whoever assesses a claim can not approve it. A carrier or supplier that shares the liability gets a recovery with a deadline.',
  scope: 'claims:assess',
  effect: 'write',
  idempotent: true,
  repeat: 'suspicious',
  input: z.object({
    claim_number: ClaimNumber,
    findings: Statement.describe('What the evidence shows and what it does not'),
    liability: z
      .object({ carrier_bp: Share, supplier_bp: Share, customer_bp: Share, retailer_bp: Share })
      .describe('Shares in hundredths of a percent; together 10000'),
    supplier: Name.optional().describe('Who the supplier is, where it shares the liability'),
    fraud_score: z.int().min(0).max(100).describe('0: nothing odd; 100: certain'),
    recommendation: z.enum(recommendations),
    recommended_minor: AmountMinor.optional().describe('Needed for partially_approve'),
    expected_version: ExpectedVersion.optional(),
  }),
  output: AssessmentShape.extend({ claim_number: z.string(), status: z.string(), version: z.int() }),
  text: ({ claim_number, recommendation, fraud_score }) =>
    `${claim_number} is assessed: ${recommendation.replaceAll('_', ' ')}, fraud score ${fraud_score}`,
  handle: async (args, { db, caller }) => {
    requireStaff(caller)
    const before = await lockClaim(db, args.claim_number)
    requireVersion(before, args.expected_version)
    const { carrier_bp, supplier_bp, customer_bp, retailer_bp } = args.liability
    const { claim, assessment } = await assess(db, before, {
      findings: args.findings,
      liability: { carrier: carrier_bp, supplier: supplier_bp, customer: customer_bp, retailer: retailer_bp },
      supplier: args.supplier,
      fraudScore: args.fraud_score,
      recommendation: args.recommendation,
      recommendedMinor: args.recommended_minor,
      assessor: caller.subject,
    })
    const { number, status, version } = claim
    return { ...assessmentShape(assessment), claim_number: number, status, version }
  },
})
