import { check, type Problem, type Solution } from '@backroom/routing'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { announce } from '../changes.ts'
import type { PlanProgress, Tables } from '../database-tables.ts'
import { lockPlan, type Plan, readPlan, requirePlanTransition, setPlanStatus } from '../plan.ts'
import { insertRoutes, namedIn, routesFrom } from '../plan-solution.ts'
import { withRoads } from '../road-matrix.ts'
import { chooseSolver, inTurn } from '../solver.ts'
import { planUri } from '../uris.ts'

const LOOK_MS = 500

/** Solves a plan that was written down, unless it is cancelled meanwhile. */
export const optimiseRoutes = defineWorkflow<Tables>()({
  name: 'optimise_routes',
  kind: 'plan',
  async run({ planId }: { planId: string }, steps): Promise<void> {
    const open = await steps.transaction('begin', (db) => beginSolving(db, planId))
    if (!open) return
    const solution = await solve(steps, planId)
    await steps.transaction('propose', (db) =>
      solution.found ? propose(db, planId, solution.found) : giveUp(db, planId, solution.problem),
    )
    announce(planUri(planId))
  },
})

let database: Kysely<Tables> | undefined

/** Sets where a running search tells how far it is and hears that it was cancelled; called once at start. */
export function watchPlansIn(db: Kysely<Tables>): void {
  database = db
}

async function beginSolving(db: Kysely<Tables>, planId: string): Promise<boolean> {
  const plan = await lockPlan(db, planId)
  if (plan.status !== 'draft') return plan.status === 'optimising'
  await setPlanStatus(db, plan, 'optimising')
  return true
}

type Found = { found: Solution; problem?: undefined } | { found: undefined; problem: string }

/** A process that takes over solves again from the start: the same seed, a time of its own. */
function solve(steps: Steps<Tables>, planId: string): Promise<Found> {
  return steps.remote('solve', () =>
    inTurn(async (): Promise<Found> => {
      if (!database) throw new Error('No database to tell of plans')
      const plan = await readPlan(database, planId)
      const watch = watchPlan(database, plan)
      try {
        const problem = await withRoads(plan.problem)
        const found = await chooseSolver().solve(problem, {
          timeBudgetMs: plan.time_budget_s * 1_000,
          seed: plan.seed,
          signal: watch.signal,
          onProgress: watch.note,
        })
        const broken = brokenRule(problem, found)
        return broken ? { found: undefined, problem: broken } : { found }
      } catch (error) {
        return { found: undefined, problem: error instanceof Error ? error.message : String(error) }
      } finally {
        await watch.end()
      }
    }),
  )
}

/** Rules of work and safety, whoever solved it; how a solver adds up its own figures is its own affair. */
const ownAffairs = new Set(['cost', 'summary', 'timing', 'travel'])

function brokenRule(problem: Problem, solution: Solution): string | undefined {
  const broken = check(problem, solution).find(({ cause }) => !ownAffairs.has(cause))
  return broken && `The solver broke a rule (${broken.cause}): ${broken.detail}`
}

/** Writes now and then how far the search is, and stops it when somebody has cancelled the plan. */
function watchPlan(db: Kysely<Tables>, { id }: Plan) {
  const controller = new AbortController()
  let latest: PlanProgress | undefined
  const look = async () => {
    const row = await db
      .updateTable('route_plan')
      .set(latest ? { progress: JSON.stringify(latest) } : { progress: null })
      .where('id', '=', id)
      .where('status', '=', 'optimising')
      .returning('id')
      .executeTakeFirst()
    if (row) announce(planUri(id))
    else controller.abort()
  }
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = look().catch(() => undefined)
  }, LOOK_MS)
  return {
    signal: controller.signal,
    note({ elapsedMs, iterations, unassigned, vehicles }: { elapsedMs: number } & Omit<PlanProgress, 'elapsed_ms'>) {
      latest = { elapsed_ms: Math.round(elapsedMs), iterations, unassigned, vehicles }
    },
    async end() {
      clearInterval(timer)
      await looking
    },
  }
}

async function propose(db: Kysely<Tables>, planId: string, solution: Solution): Promise<void> {
  const plan = await lockPlan(db, planId)
  if (plan.status !== 'optimising') return
  requirePlanTransition(plan, 'proposed')
  const { vehicles, shipments } = await namedIn(db, plan.problem)
  const planned = routesFrom(plan, plan.problem, solution, vehicles, shipments)
  await insertRoutes(db, planned)
  const { distance_m, drive_s, cost_minor, lateness_s } = planned.figures
  await db
    .updateTable('route_plan')
    .set((of) => ({
      status: 'proposed',
      distance_m,
      drive_s,
      cost_minor,
      lateness_s,
      unassigned: JSON.stringify([...plan.unassigned, ...planned.unassigned]),
      proposed_at: new Date(),
      version: of('version', '+', 1),
    }))
    .where('id', '=', planId)
    .execute()
}

async function giveUp(db: Kysely<Tables>, planId: string, problem: string): Promise<void> {
  const plan = await lockPlan(db, planId)
  if (plan.status === 'optimising') await setPlanStatus(db, plan, 'cancelled', { message: problem })
}
