import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { faultsOf, runChaos } from './chaos.ts'
import { victims } from './kills.ts'
import { stages } from './stages.ts'

/**
 * `npm run test:chaos [-- --runs 224 --seed 7 --victim oms --stage checkout]`: kills every process at every stage of
 * checkout, cancellation, shipping, delivery, return and claim while customers buy, and exits 1 unless every promise was kept.
 */
const number = { type: 'string' } as const
const { values } = parseArgs({ options: { runs: number, seed: number, victim: number, stage: number } })
const runs = Number(values.runs ?? victims.length * stages.length)
const seed = Number(values.seed ?? randomInt(1, 1_000_000))
console.log(`${runs} kills with seed ${seed}; again with: npm run test:chaos -- --runs ${runs} --seed ${seed}`)

const { victim, stage } = values
if (victim && !victims.some((name) => name === victim)) throw new Error(`No process is named ${victim}.`)
const report = await runChaos({
  ...{ seed, runs },
  ...{ stage, victims: victims.filter((name) => !victim || name === victim) },
  onKill: ({ victim, stage, atStage, recoveryMs }, count) =>
    console.log(`${count}/${runs} ${victim} at ${stage}${atStage ? '' : ' (not reached)'}: back in ${recoveryMs} ms`),
})

const { kills, processes, orders, stops, refused, interruptions, retriedByOperator, charges, refunds, minutes } = report
const hit = new Set(kills.filter(({ atStage }) => atStage).map(({ victim, stage }) => `${victim} ${stage}`))
console.log(`
Kills                ${kills.length}, at ${hit.size} of ${victims.length * stages.length} pairs of process and stage
Orders               ${Object.entries(orders)
  .map(([end, count]) => `${count} ${end}`)
  .join(', ')}
Stops of own drivers ${stops}
Refused              ${
  Object.entries(refused)
    .map(([code, count]) => `${count} ${code}`)
    .join(', ') || 'none'
}
Repeated calls       ${
  Object.entries(interruptions)
    .map(([said, count]) => `${count} ${said}`)
    .join(', ') || 'none'
}
Processes            ${Object.entries(processes)
  .map(([state, count]) => `${count} ${state}`)
  .join(', ')}
Retried by a person  ${retriedByOperator}
Provider charges     ${charges}, refunds ${refunds}
Minutes              ${minutes}`)
const faults = faultsOf(report)
for (const fault of faults) console.error(`✗ ${fault}`)
console.log(faults.length === 0 ? 'Every promise was kept.' : `${faults.length} faults with seed ${seed}.`)
process.exit(faults.length === 0 ? 0 : 1)
