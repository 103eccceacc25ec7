import { BusinessError, type BusinessErrorBody } from '@backroom/mcp-service/errors'
import type { Steps } from './define.ts'

/** How a workflow ended, as its saga row tells it. */
export interface Ending {
  state: 'completed' | 'compensated' | 'failed'
  output: unknown
  error: BusinessErrorBody | null
}

/** What an operator decided about a workflow. */
export type Verdict = 'retry' | 'compensate'

/** One workflow, while this process runs it. */
export interface Run {
  readonly id: string
  readonly workflow: string
  deadline: Date | undefined
  /** `forward`: steps have undoings. `pivoted`: they only go on. `undoing`: the undoings run. */
  phase: 'forward' | 'pivoted' | 'undoing'
  /** An operator wants it undone: before its pivot, or, once taken up from a parked workflow, wherever it is. */
  compensate: 'no' | 'before pivot' | 'anywhere'
  /** The step whose refusal was thrown last: where an operator's retry goes on. */
  refusedAt: number | undefined
  undoings: Undoing[]
  /** Settled when an operator has decided; set while it is parked. */
  verdict: PromiseWithResolvers<Verdict> | undefined
}

export interface Undoing {
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: the tables are the domain's.
  work(steps: Steps<any>): Promise<unknown>
}

/** Thrown by the step before which a workflow was stopped. */
export class Stopped extends Error {
  readonly reason: 'deadline' | 'operator'

  constructor(reason: 'deadline' | 'operator') {
    super(reason === 'deadline' ? 'its time has passed' : 'an operator had it undone')
    this.reason = reason
  }
}

/** Why the next step must not begin; undefined when it may. */
export function stopOf({ phase, compensate, deadline }: Run): Stopped['reason'] | undefined {
  if (phase === 'undoing') return undefined
  if (compensate === 'anywhere') return 'operator'
  if (phase === 'pivoted') return undefined
  if (compensate === 'before pivot') return 'operator'
  return deadline && Date.now() > deadline.getTime() ? 'deadline' : undefined
}

/** What whoever waits for a workflow is told of its failure. */
export function errorOf(error: unknown): BusinessErrorBody {
  if (error instanceof BusinessError) return error.body
  if (error instanceof Stopped) {
    const reason = error.reason === 'deadline' ? 'deadline_passed' : 'compensated_by_operator'
    return new BusinessError('conflict', `This was undone: ${error.message}. Nothing of it remains.`, {
      details: { reason },
    }).body
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new BusinessError('unavailable', 'This could not be completed and was undone. Start it anew later.', {
    details: { reason },
  }).body
}
