import { existsSync, readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { parseArgs } from 'node:util'
import { check, optimize } from '@backroom/routing'
import type { Instance } from './instance.ts'
import { readSolomon } from './solomon.ts'
import { readVrplib } from './vrplib.ts'

/** Seconds a customer when --seconds is not given: 10 for 100 customers, a minute for 1000. */
const SECONDS_A_CUSTOMER = 0.06
const LEAST_SECONDS = 10

/** One instance solved. Gap: the part by which the distance exceeds the best known. */
interface Result {
  instance: string
  customers: number
  seconds: number
  vehicles: number
  best_vehicles: number | null
  /** Whether no more vehicles are used than the best known; null when distance alone counts. */
  best_fleet: boolean | null
  distance: number
  best_distance: number | null
  gap: number | null
  unassigned: number
  violations: string[]
}

/** `npm run bench:routes -- FILE… [--seconds N] [--json]`: our plans against the best known of published instances. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, json: { type: 'boolean', default: false } },
})
if (positionals.length === 0) {
  console.error('Name files of instances: Solomon text (.txt), or VRPLIB (.vrp) with its .sol beside it.')
  process.exit(1)
}
const results: Result[] = []
if (!values.json) console.log(row(['instance', 'seconds', 'vehicles', 'best', 'distance', 'best', 'gap', 'valid']))
for (const file of positionals) {
  const result = await solve(readInstance(file), values.seconds)
  results.push(result)
  if (!values.json) console.log(line(result))
}
const fleets = results.flatMap(({ best_fleet }) => best_fleet ?? [])
const gaps = results.flatMap(({ gap, best_fleet }) => (gap === null || best_fleet === false ? [] : [gap]))
const meanGap = gaps.length > 0 ? gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length : null
if (values.json) console.log(JSON.stringify({ results, mean_gap: meanGap }, null, 2))
else {
  if (fleets.length > 0) console.log(`best-known fleet ${fleets.filter(Boolean).length} of ${fleets.length}`)
  if (meanGap !== null) console.log(`mean gap ${percent(meanGap)}${fleets.includes(false) ? ' over those' : ''}`)
}
if (results.some(({ violations, unassigned }) => violations.length > 0 || unassigned > 0)) process.exitCode = 1

function readInstance(file: string): Instance {
  const name = basename(file, extname(file))
  const text = readFileSync(file, 'utf8')
  if (!/DIMENSION\s*:/.test(text)) return readSolomon(name, text)
  const solutionFile = file.replace(/\.[^.]*$/, '.sol')
  return readVrplib(name, text, existsSync(solutionFile) ? readFileSync(solutionFile, 'utf8') : undefined)
}

async function solve({ name, problem, objective, best }: Instance, given: string | undefined): Promise<Result> {
  const customers = problem.jobs?.length ?? 0
  const seconds = given === undefined ? Math.max(LEAST_SECONDS, customers * SECONDS_A_CUSTOMER) : Number(given)
  const solution = await optimize(problem, { timeBudgetMs: seconds * 1000, seed: 1 })
  const { routes, distance, unassigned } = solution.summary
  return {
    instance: name,
    customers,
    seconds,
    vehicles: routes,
    best_vehicles: best?.vehicles ?? null,
    best_fleet: best && objective === 'fleet' ? unassigned === 0 && routes <= best.vehicles : null,
    distance,
    best_distance: best?.distance ?? null,
    gap: best ? distance / best.distance - 1 : null,
    unassigned,
    violations: check(problem, solution).map(({ detail }) => detail),
  }
}

function line(result: Result): string {
  const { instance, seconds, vehicles, best_vehicles, distance, best_distance, gap, unassigned, violations } = result
  const faults = [...violations.slice(0, 3), ...(unassigned > 0 ? [`${unassigned} unassigned`] : [])]
  return row([
    instance,
    String(seconds),
    String(vehicles),
    String(best_vehicles ?? '-'),
    distance.toFixed(2),
    best_distance?.toFixed(2) ?? '-',
    gap === null ? '-' : percent(gap),
    faults.length > 0 ? faults.join('; ') : 'yes',
  ])
}

function row(cells: string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(12) : cell.padStart(10))).join(' ')
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`
}
