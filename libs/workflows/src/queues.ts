/** What waits in a queue waits half of this on average; each look costs every process a transaction. */
const POLL_MS = 200

/** The queues that `enqueue_saga` writes to. */
export const queues = {
  workflows: { workerConcurrency: 200, minPollingIntervalMs: POLL_MS },
  ordered_workflows: { workerConcurrency: 200, partitionConcurrency: 1, minPollingIntervalMs: POLL_MS },
} as const

/** Where a workflow goes on that no queue had started. */
export const QUEUE = 'workflows' satisfies keyof typeof queues
