import { Worker } from 'node:worker_threads'
import type { Answer, Assignment, Progress } from './messages.ts'
import { type Problem, ProblemError } from './problem.ts'
import type { Solution } from './solution.ts'

/** What limits the search and who watches it. */
export interface OptimizeOptions {
  timeBudgetMs: number
  seed: number
  /** Same seed and budget of iterations: same solution, when the time suffices. */
  maxIterations?: number
  /** Ends the search; the best solution so far is returned. */
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

/**
 * Solves the problem on one core in a worker thread and returns the best solution found. Tasks that do not fit stay
 * unassigned with their reasons; locked steps of vehicles stay first.
 *
 * @throws {ProblemError} for a problem that cannot be understood, or whose locked steps break a rule
 */
export async function optimize(problem: Problem, options: OptimizeOptions): Promise<Solution> {
  const { timeBudgetMs, seed, maxIterations, signal, onProgress } = options
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const assignment: Assignment = { problem, seed, timeBudgetMs, maxIterations, startedAt: Date.now(), stop }
  const cancel = () => Atomics.store(stop, 0, 1)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: assignment })
  try {
    return await answerOf(worker, onProgress)
  } finally {
    signal?.removeEventListener('abort', cancel)
    await worker.terminate()
  }
}

function answerOf(worker: Worker, onProgress: OptimizeOptions['onProgress']): Promise<Solution> {
  return new Promise((resolve, reject) => {
    worker.on('message', (answer: Answer) => {
      if (answer.type === 'solution') resolve(answer.solution)
      else if (answer.type === 'problem_error') reject(new ProblemError(answer.message))
      else onProgress?.(answer.progress)
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('The route optimisation ended without an answer.')))
  })
}
