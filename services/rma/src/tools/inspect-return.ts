import { z } from 'zod'
import { grades } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, OrderLineId, Quantity, RmaReference, SerialNumber, Sha256 } from '../identifiers.ts'
import { inspect, inspectAgain } from '../inspection.ts'
import { lineNamed, linesOf, lockRma, requireVersion } from '../rma.ts'
import { inspectionShape } from '../rma-parts-view.ts'
import { describeRma } from '../rma-view.ts'
import { InspectionShape, RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff } from '../viewer.ts'

export const inspectReturn = defineTool({
  name: 'inspect_return',
  title: 'Inspect return',
  description:
    'Record what was found out about received units of a line, and whether the customer is compensated for them. Answers with the disposition that usually follows. Units whose serial number is not the one that was sold are never accepted. With supersedes, an inspection that the customer disputes is replaced.',
  scope: 'rma:inspect',
  effect: 'write',
  idempotent: true,
  repeat: 'key_required',
  input: z.object({
    rma_number: RmaReference,
    line: OrderLineId.describe('rma_line_id or order_line_id'),
    qty: Quantity,
    grade: z
      .enum(grades)
      .describe('A: as new. B: opened, complete. C: used or incomplete. D: broken or another article'),
    accepted: z
      .boolean()
      .optional()
      .describe('Left out: everything but grade D, which is only accepted when it is not the customer’s doing'),
    checks: z
      .array(
        z.object({
          check: z.string().trim().min(1).max(64),
          passed: z.boolean(),
          note: z.string().trim().min(1).max(200).optional(),
        }),
      )
      .max(30)
      .default([]),
    serials: z
      .array(SerialNumber)
      .max(1_000)
      .default([])
      .describe('Serial numbers on these units, one a unit, where the article has them'),
    photos: z
      .array(z.object({ uri: z.url().max(500), sha256: Sha256 }))
      .max(20)
      .default([]),
    supersedes: z
      .string()
      .regex(/^ins_\w{1,40}$/)
      .optional()
      .describe('inspection_id of the one that the customer disputes; all its units are judged again'),
    expected_version: ExpectedVersion,
  }),
  output: z.object({ inspection: InspectionShape, rma: RmaShape }),
  text: ({ inspection: { qty, grade, accepted, recommended_disposition }, rma }) =>
    `${qty} units of grade ${grade} ${accepted ? 'accepted' : 'rejected'}; ${recommended_disposition} is usual. ${rma.rma_number} is ${rma.status}`,
  handle: async (args, { db, caller, changed }) => {
    requireStaff(caller)
    const locked = await lockRma(db, args.rma_number)
    requireVersion(locked, args.expected_version)
    const line = lineNamed(locked, await linesOf(db, [locked.id]), args.line)
    const findings = {
      qty: args.qty,
      grade: args.grade,
      accepted: args.accepted,
      checks: args.checks,
      serialsFound: args.serials,
      photos: args.photos,
      actor: caller.subject,
    }
    const { rma, inspection } =
      args.supersedes === undefined
        ? await inspect(db, locked, line, findings)
        : await inspectAgain(db, locked, line, { ...findings, supersedes: args.supersedes })
    changed(...rmaUris(rma))
    return { inspection: inspectionShape(inspection), rma: await describeRma(db, rma) }
  },
})
