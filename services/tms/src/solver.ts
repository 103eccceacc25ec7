import { optimize, type Problem, type Progress, type Solution } from '@backroom/routing'
import { request } from 'undici'

/** What solves routing problems, and how long it may take. */
export interface Effort {
  timeBudgetMs: number
  seed: number
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

/** Name and function of a solver; both sides speak the JSON of VROOM. */
export interface Solver {
  name: string
  solve(problem: Problem, effort: Effort): Promise<Solution>
}

/** The solver of this fleet, in worker threads. It ends before its time where more would hardly help. */
const ownSolver: Solver = {
  name: 'backroom',
  solve: (problem, effort) => optimize(problem, { ...effort, maxIterations: enoughIterations(problem) }),
}

/** A few thousand for ten tasks, half a million for a hundred: large problems use all their time. */
function enoughIterations({ jobs = [], shipments = [] }: Problem): number {
  const tasks = jobs.length + 2 * shipments.length
  return Math.ceil(tasks * (500 + 50 * tasks))
}

/** A VROOM server at an address, in the place of the own solver. */
function vroom(url: string): Solver {
  return {
    name: 'vroom',
    async solve(problem, { signal }) {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(problem),
        signal,
      })
      const answer = (await body.json()) as Solution & { error?: string }
      if (statusCode !== 200 || answer.code !== 0)
        throw new Error(`VROOM answered ${statusCode}: ${answer.error ?? ''}`)
      return answer
    },
  }
}

/** The solver that the environment names: a VROOM server at `VROOM_URL`, else the own one. */
export function chooseSolver({ VROOM_URL }: NodeJS.ProcessEnv = process.env): Solver {
  return VROOM_URL ? vroom(VROOM_URL) : ownSolver
}

let lastTurn: Promise<unknown> = Promise.resolve()

/** One problem at a time in this process: two would halve each other's time. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = lastTurn.then(work, work)
  lastTurn = turn.catch(() => undefined)
  return turn
}
