import { reportFacts } from '@backroom/facts'
import { startWorkflows } from '@backroom/workflows'
import { closeSettled } from './close-settled.ts'
import type { Tables } from './database-tables.ts'
import { watchDeadlines } from './watch-deadlines.ts'
import { appealClaim } from './workflows/appeal-claim.ts'
import { collectRecovery } from './workflows/collect-recovery.ts'
import { fileCarrierClaim } from './workflows/file-recovery.ts'
import { findCarrier } from './workflows/find-carrier.ts'
import { openClaim } from './workflows/open-claim.ts'
import { releaseDraws } from './workflows/release-draws.ts'
import { settleClaim } from './workflows/settle-claim.ts'

/** Every process of this server and what it does by the clock. */
export const processes = startWorkflows<Tables>({
  workflows: [
    reportFacts,
    openClaim,
    findCarrier,
    appealClaim,
    releaseDraws,
    settleClaim,
    fileCarrierClaim,
    collectRecovery,
  ],
  schedules: [watchDeadlines, closeSettled],
})
