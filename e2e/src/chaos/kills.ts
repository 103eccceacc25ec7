import type { Retail } from '../retail/retail.ts'
import { until } from '../until.ts'
import { seeded, shuffled } from './random.ts'
import { reached, type Stage, stages } from './stages.ts'

export const victims = [
  ...(['oms', 'wms', 'tms', 'rma', 'claims', 'payments', 'catshop', 'psp', 'postgres', 'gateway', 'auth'] as const),
]
export type Victim = (typeof victims)[number]

/** One run: a process dies at a stage. */
export interface Kill {
  victim: Victim
  stage: Stage
}

/** What a run came to. */
export interface Killed {
  victim: Victim
  stage: string
  /** False when no order came to the stage in time; the process was killed all the same. */
  atStage: boolean
  /** Milliseconds until it was ready again, without help. */
  recoveryMs: number
}

/** Narrows the pairs to some processes, and to stages with a text in their name. */
export interface Wanted {
  victims?: readonly Victim[] | undefined
  stage?: string | undefined
}

/** All pairs of process and stage, round after round in an order of their own, with the processes taking turns. */
export function killsOf(seed: number, runs: number, wanted: Wanted = {}): Kill[] {
  const random = seeded(seed, 'kills')
  const among = victims.filter((name) => wanted.victims?.includes(name) ?? true)
  const at = stages.filter(({ name }) => !wanted.stage || name.includes(wanted.stage))
  if (among.length === 0 || at.length === 0) throw new Error('there is no such process or stage')
  const kills: Kill[] = []
  while (kills.length < runs) {
    const orders = new Map(among.map((victim) => [victim, shuffled(at, random)]))
    for (const [turn] of at.entries())
      for (const victim of shuffled(among, random)) {
        const stage = orders.get(victim)?.[turn]
        if (stage) kills.push({ victim, stage })
      }
  }
  return kills.slice(0, runs)
}

const STAGE_MS = 15_000
const RECOVERY_MS = 90_000
const readyOffsets: Record<Victim, number> = {
  ...{ gateway: 0, auth: 100, wms: 101, oms: 102, tms: 103, rma: 104, claims: 105, payments: 106, catshop: 107 },
  ...{ psp: 110, postgres: 102 },
}

/** Kills a process with SIGKILL once an order is at the stage, and waits until the fleet has it again. */
export async function kill(retail: Retail, { victim, stage }: Kill): Promise<Killed> {
  const { fleet } = retail
  const atStage = await reached(retail, stage, STAGE_MS)
  const before = fleet.pid(victim)
  const at = Date.now()
  fleet.kill(victim)
  const isBack = async () => fleet.pid(victim) !== before && (await isReady(fleet.port + readyOffsets[victim]))
  await until(`${victim} runs again`, isBack, { limitMs: RECOVERY_MS, everyMs: 50 })
  return { victim, stage: stage.name, atStage, recoveryMs: Date.now() - at }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
  return answer?.ok ?? false
}
