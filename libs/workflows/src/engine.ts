import type { DomainName } from '@backroom/access'
import type { BackgroundContext } from '@backroom/mcp-service'
import type { AnyDatabase } from './any-database.ts'
import type { Ending, Run } from './run.ts'

/** How long a step is tried before it counts as failed, and after the pivot before the workflow parks. */
export interface Patience {
  beforePivotMs: number
  afterPivotMs: number
}

/** The end of a workflow, and how many callers wait for it. */
export interface Waiter extends PromiseWithResolvers<Ending> {
  callers: number
}

/** What the workflows of this process share. One process runs the workflows of one service. */
export interface Engine {
  domain: DomainName
  db: AnyDatabase
  // biome-ignore lint/suspicious/noExplicitAny: as for the database.
  log: BackgroundContext<any>['log']
  // biome-ignore lint/suspicious/noExplicitAny: as for the database.
  callService: BackgroundContext<any>['callService']
  isDeployed(domain: DomainName): boolean
  patience: Patience
  /** Starts a begun workflow in this process; undefined in a process that leaves that to the others. */
  start: ((workflow: string, id: string) => Promise<void>) | undefined
  /** Workflows that this process is running. */
  runs: Map<string, Run>
  /** Callers that wait for the end of a workflow, here or in another process. */
  waiters: Map<string, Waiter>
  /** Runs something as no part of the workflow that asks for it: the engine would record it as a step. */
  outside<T>(work: () => T): T
  /** Works of steps that are being done right now. */
  busy: number
  /** Set at shutdown: no step begins any more; the next process goes on from there. */
  frozen: boolean
}

let current: Engine | undefined

/** @throws when this process has not started any */
export function engine(): Engine {
  if (!current) throw new Error('No workflows in this process: pass startWorkflows to runService.')
  return current
}

/** Makes an engine the one of this process; undefined when it has stopped. */
export function setEngine(next: Engine | undefined): void {
  if (next && current) throw new Error(`This process runs the workflows of ${current.domain} already.`)
  current = next
}

/** Holds a workflow where it is, for good, once its process is stopping. */
export function whileOpen({ frozen }: Engine): Promise<void> | undefined {
  return frozen ? new Promise(() => undefined) : undefined
}

/** Waits without keeping the process alive. */
export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => void setTimeout(resolve, ms).unref())
}
