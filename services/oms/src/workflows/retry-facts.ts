import type { Schedule } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'
import { retryFacts } from '../facts/kept-facts.ts'

/** Facts that failed to take effect are tried again. */
export const retryFailedFacts: Schedule<Tables> = {
  name: 'retry_facts',
  cron: '*/10 * * * * *',
  run: (steps) => steps.transaction('retry', retryFacts),
}
