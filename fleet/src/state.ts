import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FleetSettings } from './settings.ts'

/** What a running fleet tells other commands of the same checkout, in `<data>/fleet.json`. */
export interface FleetState {
  /** Process of `npm start`. */
  pid: number
  publicUrl: string
  profile: 'demo' | 'production'
  /** Every process that is up, the embedded Postgres included. */
  processes: Record<string, { pid: number; environment: Record<string, string> }>
}

const fileOf = (data: string) => join(data, 'fleet.json')

/** Reads what the last start wrote, and whether that start still runs. */
export function readState(data: string): { running: boolean; state: FleetState } | undefined {
  try {
    const state = JSON.parse(readFileSync(fileOf(data), 'utf8')) as FleetState
    return { state, running: isStart(state.pid) }
  } catch {
    return undefined
  }
}

/** The file of a running fleet. */
export interface StateBoard {
  set(name: string, process: FleetState['processes'][string]): void
  remove(): void
}

/** Writes the file and keeps it up to date; only its owner may read it, for it holds database passwords. */
export function stateBoard({
  data,
  publicUrl,
  profile,
}: Pick<FleetSettings, 'data' | 'publicUrl' | 'profile'>): StateBoard {
  const state: FleetState = { pid: process.pid, publicUrl, profile, processes: {} }
  const write = () => {
    writeFileSync(`${fileOf(data)}.new`, JSON.stringify(state, null, 2), { mode: 0o600 })
    renameSync(`${fileOf(data)}.new`, fileOf(data))
  }
  write()
  return {
    set(name, process) {
      state.processes[name] = process
      write()
    },
    remove: () => rmSync(fileOf(data), { force: true }),
  }
}

/** A process id may have passed to another program since; where the system shows command lines, they decide. */
function isStart(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts')
  } catch {
    return true
  }
}
