import { readdirSync, readFileSync } from 'node:fs'

const CLOCK_TICKS_PER_SECOND = 100
/** Fields of `/proc/<pid>/stat` behind the name: parent, own time in user and kernel mode, the same of children that ended. */
const PARENT = 1
const OWN = [11, 12]
const ENDED_CHILDREN = [13, 14]

/** CPU seconds that a process and its children have used so far; undefined off Linux. */
export function cpuSeconds(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const own = statOf(pid)
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => Number(stat[PARENT]) === pid)
  const ticks = [
    [...OWN, ...ENDED_CHILDREN].map((field) => own[field]),
    ...children.map((stat) => OWN.map((field) => stat[field])),
  ]
  return ticks.flat().reduce((sum, value) => sum + Number(value ?? 0), 0) / CLOCK_TICKS_PER_SECOND
}

function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}
