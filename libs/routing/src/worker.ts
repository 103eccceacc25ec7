import { parentPort, workerData } from 'node:worker_threads'
import type { Answer } from './messages.ts'
import { ProblemError } from './problem.ts'
import { solve } from './solve.ts'

const answer = (message: Answer) => parentPort?.postMessage(message)
try {
  const solution = solve(workerData, (progress) => answer({ type: 'progress', progress }))
  answer({ type: 'solution', solution })
} catch (error) {
  if (!(error instanceof ProblemError)) throw error
  answer({ type: 'problem_error', message: error.message })
}
