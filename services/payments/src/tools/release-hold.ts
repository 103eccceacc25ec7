import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { stricter, tierOf } from '../approval-policy.ts'
import { holdsSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { endHolds, readHold } from '../hold.ts'
import { ExpectedVersion, HoldId, Reason } from '../identifiers.ts'
import { Hold, holdView } from '../payment-view.ts'
import { HOLDS_URI, holdUri } from '../uris.ts'

const HoldIds = z
  .union([HoldId, z.array(HoldId).min(1).max(50)])
  .describe('One hold, or an explicit list: all of them or none are released')

export const releaseHold = defineTool({
  name: 'release_hold',
  title: 'Release hold',
  description:
    'Release holds after a person has looked at the evidence: from then on the money can move. Read get_hold first and pass its version.',
  scope: 'payments:release_hold',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  approval: async ({ hold_id }, { db }) => {
    let decision = await tierOf(db, { tool: 'release_hold', kind: (await readHold(db, listed(hold_id)[0])).kind })
    for (const id of listed(hold_id).slice(1))
      decision = stricter(decision, await tierOf(db, { tool: 'release_hold', kind: (await readHold(db, id)).kind }))
    return decision
  },
  subject: ({ hold_id }, { db }) => holdsSubject(db, listed(hold_id)),
  input: z.object({ hold_id: HoldIds, reason: Reason, expected_version: ExpectedVersion.optional() }),
  output: z.object({ holds: z.array(Hold) }),
  text: ({ holds }) => `Released: ${holds.map(({ hold_id }) => hold_id).join(', ')}`,
  handle: async ({ hold_id, reason, expected_version }, { db, caller, approval, changed }) => {
    const ids = listed(hold_id)
    if (expected_version !== undefined && ids.length > 1)
      throw new BusinessError('invalid_argument', 'expected_version is for one hold; release several without it.')
    const ending = {
      as: 'released',
      reason,
      actor: caller.subject,
      approvalId: approval?.id,
      expectedVersion: expected_version,
    } as const
    const holds = await endHolds(db, ids, ending)
    changed(HOLDS_URI, ...ids.map(holdUri))
    return { holds: holds.map(holdView) }
  },
})

function listed(ids: z.output<typeof HoldIds>): [string, ...string[]] {
  return (typeof ids === 'string' ? [ids] : ids) as [string, ...string[]]
}
