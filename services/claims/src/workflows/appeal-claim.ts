import { defineWorkflow } from '@backroom/workflows'
import { appeal } from '../appeal.ts'
import type { Tables } from '../database-tables.ts'
import { type DrawRequest, drawEntitlements } from './order-calls.ts'

export interface AppealInput {
  number: string
  /** Of the draws that the appeal needs. */
  round: number
  sourceId: string
  lines: readonly DrawRequest[]
  statement: string
  actor: string
}

/** Takes up a denied claim again: what was given back with the denial is set apart anew, under a name of its own. */
export const appealClaim = defineWorkflow<Tables>()({
  name: 'appeal_claim',
  kind: 'appeal_claim',
  deadlineMs: 120_000,
  async run(input: AppealInput, steps): Promise<{ number: string }> {
    const draws = await drawEntitlements(steps, input.sourceId, input.lines)
    await steps.transaction('appeal', (db) => appeal(db, { ...input, draws }))
    return { number: input.number }
  },
})
