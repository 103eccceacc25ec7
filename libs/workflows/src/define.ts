import type { DomainName } from '@backroom/access'
import type { Kysely } from 'kysely'

/** What a workflow function gets. Whatever is not a plain computation on its input and earlier results goes through it. */
export interface Steps<Schema> {
  readonly workflowId: string
  /** Whether a domain is part of this fleet; what only it can do is left out otherwise. */
  isDeployed(domain: DomainName): boolean
  /**
   * A local step: `work` and the record that it has run commit together. What it returns is recorded: JSON and Dates.
   *
   * @throws {BusinessError} the one that `work` threw; its changes are rolled back
   */
  transaction<T>(name: string, work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /**
   * Calls a tool of another domain with the idempotency key `<workflow id>:<name>`. A fault of the way there, a retryable
   * refusal and an answer `in_progress` are met by the same call again.
   *
   * @throws {BusinessError} the callee's own refusal
   * @throws {StepFailed} when it got no final answer before the pivot; after the pivot the workflow parks instead
   */
  call<T>(name: string, domain: DomainName, tool: string, args: Record<string, unknown>): Promise<T>
  /** Any other remote call (a payment provider): recorded; tried again when it throws {@link RetryLater}. Fails as `call` does. */
  remote<T>(name: string, work: () => Promise<T>): Promise<T>
  /** A durable sleep. */
  sleep(ms: number): Promise<void>
  /** Waits for a message that was sent to this workflow; undefined when none came in time. */
  receive<T>(topic: string, timeoutMs: number): Promise<T | undefined>
  /** The time, recorded: a workflow that is taken over sees the same. */
  now(): Promise<Date>
  /** From here on nothing is undone: only steps that succeed in the end may follow. */
  pivot(): void
  /**
   * Registers how a step is undone. Before a call of another domain rather than after it: a call that failed may have had
   * its effect. Undoings run in reverse order when the workflow fails or passes its deadline before the pivot, or when an
   * operator compensates it. Their steps are tried until they succeed; a refusal is thrown to `work`, and parks the workflow
   * when `work` throws it on.
   */
  undo(name: string, work: (steps: Steps<Schema>) => Promise<unknown>): void
}

export interface WorkflowDefinition<Schema, Input, Output> {
  /** Unique in the service and for ever: stored workflows are found again by it. */
  name: string
  /** What the process is to an operator: the kind of its saga row. */
  kind: string
  /** Milliseconds from its beginning until it is undone, unless it has passed its pivot. */
  deadlineMs?: number
  /** Input and output are JSON. Names of steps are unique within one run. */
  run(input: Input, steps: Steps<Schema>): Promise<Output>
}

/** A defined workflow, to be listed in `startWorkflows` and begun by `begin` or `enqueue`. */
export interface Workflow<Input, Output> {
  readonly name: string
  readonly kind: string
  readonly deadlineMs?: number
  // biome-ignore lint/suspicious/noExplicitAny: the engine runs workflows over the tables of any domain.
  run(input: Input, steps: Steps<any>): Promise<Output>
}

/**
 * Defines a workflow: a function that another process may take over between any two of its steps, and that then runs again
 * from the top with the recorded results.
 */
export const defineWorkflow =
  <Schema>() =>
  <Input, Output>(definition: WorkflowDefinition<Schema, Input, Output>): Workflow<Input, Output> =>
    definition

/** A step got no final answer however often it was tried. */
export class StepFailed extends Error {
  constructor(step: string, reason: string) {
    super(`Step ${step} failed: ${reason}`)
    this.name = 'StepFailed'
  }
}

/** Thrown by the work of a `remote` step that may succeed when it is tried again. */
export class RetryLater extends Error {
  /** Milliseconds to wait before the next try; by default the usual backoff. */
  readonly afterMs: number | undefined

  constructor(message: string, afterMs?: number) {
    super(message)
    this.name = 'RetryLater'
    this.afterMs = afterMs
  }
}
