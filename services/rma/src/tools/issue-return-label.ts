import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { labelMethods } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Name, RmaReference } from '../identifiers.ts'
import { hasLabel, setLabel, usualLabelCost } from '../label.ts'
import { getRma, lockRma } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { runningProcess } from '../running-process.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'
import { issueLabel } from '../workflows/issue-label.ts'

const DONE = 'done:'
const Moment = z.iso.datetime()

export const issueReturnLabel = defineTool({
  name: 'issue_return_label',
  title: 'Issue return label',
  description:
    'Say how the goods of an authorised return are sent: print or qr buys a label, pickup also has a carrier come for it, own notes the tracking number of a parcel that the customer sends. A return has one label: asking again answers with it.',
  scope: 'rma:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ rma_number, method }, { db, caller }) => {
    const rma = await getRma(db, rma_number, viewerOf(caller))
    const minor = method === 'own' ? 0 : usualLabelCost(rma)
    return tierOf(db, {
      tool: 'issue_return_label',
      account: caller.subject,
      amount: { minor, currency: rma.currency },
    })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input: z.object({
    rma_number: RmaReference,
    method: z.enum(labelMethods).default('print'),
    tracking: z.string().trim().min(1).max(64).optional().describe('own only: number of the customer’s parcel'),
    carrier: Name.optional().describe('own only'),
    pickup_window: z.object({ from: Moment, to: Moment }).optional().describe('pickup only'),
  }),
  output: RmaShape,
  text: ({ rma_number, label }) =>
    `${rma_number} is sent by ${label?.method}, tracking ${label?.tracking ?? 'unknown'}`,
  start: async ({ rma_number, method, tracking, carrier, pickup_window }, { db, caller, changed }) => {
    requireStaff(caller)
    requireFitting(method, { tracking, pickup_window })
    const rma = await lockRma(db, rma_number)
    if (hasLabel(rma, method)) return { workflowId: `${DONE}${rma.id}`, handle: rma.number }
    if (method === 'own') {
      changed(...rmaUris(await setLabel(db, rma, { method, carrier, tracking })))
      return { workflowId: `${DONE}${rma.id}`, handle: rma.number }
    }
    const id = (await runningProcess(db, issueLabel, rma.id)) ?? `label:${ulid()}`
    const input = { rmaId: rma.id, method, window: pickup_window }
    await begin(db, issueLabel, { id, subject: rma.id, input, startedBy: caller.subject })
    return { workflowId: id, handle: rma.number }
  },
  outcome: async (id, { db }) => {
    const rmaId = id.startsWith(DONE) ? id.slice(DONE.length) : (await outcomeOf(issueLabel, id)).rmaId
    return describeRma(db, await getRma(db, rmaId))
  },
})

/** @throws {BusinessError} invalid_argument for what does not belong to the method */
function requireFitting(method: string, { tracking, pickup_window }: { tracking?: unknown; pickup_window?: unknown }) {
  const misplaced = [
    ...(tracking !== undefined && method !== 'own' ? ['tracking belongs to method own'] : []),
    ...(pickup_window !== undefined && method !== 'pickup' ? ['pickup_window belongs to method pickup'] : []),
  ]
  if (misplaced.length > 0) throw new BusinessError('invalid_argument', `${misplaced.join('; ')}.`)
}
