import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { countPolicy } from '../approval-policy.ts'
import { countSubject } from '../approval-subject.ts'
import { countDecisions, decideCount, submitCount as submit } from '../count-result.ts'
import { CountView, countView } from '../count-shape.ts'
import { linesOf } from '../cycle-count.ts'
import { defineTool } from '../define.ts'
import { Location, Lot, Sku } from '../identifiers.ts'
import { countUri, stockUris } from '../uris.ts'

export const submitCount = defineTool({
  name: 'submit_count',
  title: 'Submit count',
  description:
    'Hand in what was counted, in one call or several. Once every bin is counted, small differences are posted; larger ones are to be counted again, and what the second count confirms waits for a decision: post, recount or cancel.',
  scope: 'wms:count',
  effect: 'write',
  idempotent: true,
  approval: ({ count_id, decision }, { db, caller }) =>
    decision === 'post' ? countPolicy(db, count_id, caller.subject) : { tier: 'A0' },
  subject: ({ count_id }, { db }) => countSubject(db, count_id),
  input: z.object({
    count_id: z.string().max(64),
    lines: z
      .array(
        z.object({
          location: Location,
          sku: Sku,
          lot: Lot.optional(),
          counted: z.int().min(0).max(1_000_000).describe('Units in the bin; 0 for an empty one'),
        }),
      )
      .min(1)
      .max(500)
      .optional(),
    decision: z.enum(countDecisions).optional().describe('Instead of lines, for a count in review'),
  }),
  output: CountView,
  text: ({ count_id, status, to_count }) =>
    `Count ${count_id} is ${status}${to_count.length > 0 ? `, ${to_count.length} bins to count` : ''}`,
  handle: async ({ count_id, lines, decision }, { db, caller, changed }) => {
    const actor = caller.subject
    const work = () => {
      if (decision !== undefined && lines === undefined) return decideCount(db, count_id, { decision, actor })
      if (lines !== undefined && decision === undefined)
        return submit(db, count_id, { lines: lines.map((line) => ({ ...line, lot: line.lot ?? '' })), actor })
      throw new BusinessError('invalid_argument', 'Give either lines or a decision, and only one of them.')
    }
    const count = await work()
    const all = await linesOf(db, count)
    changed(...stockUris(all.map(({ sku }) => ({ sku, warehouse: count.warehouse_id }))), countUri(count_id))
    return countView(count, all)
  },
})
