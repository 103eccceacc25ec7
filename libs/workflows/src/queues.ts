/** The queues that `enqueue_saga` writes to. */
export const queues = {
  workflows: { workerConcurrency: 200, minPollingIntervalMs: 100 },
  ordered_workflows: { workerConcurrency: 200, partitionConcurrency: 1, minPollingIntervalMs: 100 },
} as const

/** Where a workflow goes on that no queue had started. */
export const QUEUE = 'workflows' satisfies keyof typeof queues
