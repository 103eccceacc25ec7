import { reportFacts } from '@backroom/facts'
import type { BackgroundContext } from '@backroom/mcp-service'
import { startWorkflows } from '@backroom/workflows'
import { announceWith } from './changes.ts'
import type { Tables } from './database-tables.ts'
import { disposeGoods } from './workflows/dispose-goods.ts'
import { giveBack } from './workflows/give-back.ts'
import { issueLabel } from './workflows/issue-label.ts'
import { linkClaim } from './workflows/link-claim.ts'
import { openReturn } from './workflows/open-return.ts'
import { schedules } from './workflows/schedules.ts'
import { stopParcel } from './workflows/stop-parcel.ts'

const start = startWorkflows<Tables>({
  workflows: [openReturn, giveBack, issueLabel, stopParcel, disposeGoods, linkClaim, reportFacts],
  schedules,
})

/** Runs the processes, and tells subscribers of what they do. */
export function startBackground(context: BackgroundContext<Tables>) {
  announceWith(context.changed)
  return start(context)
}
