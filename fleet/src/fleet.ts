import { accessSync, constants, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '@backroom/configuration'
import { embeddedDatabaseUrl, launchDatabase, requireDatabase, urlAs } from './database.ts'
import { type FleetKeys, openKeys } from './keys.ts'
import { launch } from './launch.ts'
import type { Notice } from './log-lines.ts'
import { migrateFleet } from './migrate.ts'
import { addressesOf, type PlannedProcess, planProcesses, postgresPort, processesToRun } from './plan.ts'
import { requireFreePorts } from './ports.ts'
import { CLUSTER_OWNER } from './postgres/cluster.ts'
import type { Report } from './report.ts'
import { type FleetSettings, type ProcessName, processNames } from './settings.ts'
import { readState, type StateBoard, stateBoard } from './state.ts'
import { type Events, type Supervised, supervise } from './supervise.ts'

/** A fleet that is up. */
export interface Fleet {
  names: ProcessName[]
  /** Stops the gateway, then the services, then auth, then Postgres. */
  stop(): Promise<void>
}

const AFTER_A_KILL_MS = 25_000

/**
 * Starts Postgres (unless DATABASE_URL names one), brings the schemas up to date and starts every process, each
 * supervised. When one of them cannot start, or `halt` fires before all are ready, everything is stopped again.
 *
 * @throws {ConfigurationError} one line for the operator
 */
export async function startFleet(settings: FleetSettings, report: Report, halt: AbortSignal): Promise<Fleet> {
  const names = processesToRun(settings)
  if (names.length === 0) throw new ConfigurationError('There is nothing to start in this folder.')
  prepareFolder(settings.data)
  const before = readState(settings.data)
  if (before?.running) {
    const { publicUrl, pid } = before.state
    throw new ConfigurationError(`Backroom already runs from this folder at ${publicUrl} (process ${pid}).`)
  }
  await requireFreePorts(addressesOf(settings), before ? AFTER_A_KILL_MS : 0)
  const board = stateBoard(settings)
  const groups: Supervised[][] = []
  const stop = async () => {
    for (const group of groups.toReversed()) await Promise.all(group.map((member) => member.stop()))
    board.remove()
  }
  const start = { settings, report, board, groups }
  halt.addEventListener('abort', () => void stop(), { once: true })
  try {
    const keys = await openKeys(settings.data, [CLUSTER_OWNER, ...processNames])
    const ownerUrl = await provideDatabase(start, keys)
    halt.throwIfAborted()
    const count = await migrateFleet(ownerUrl, names, keys.databasePassword)
    report.done(`${count} ${count === 1 ? 'schema' : 'schemas'} up to date`)
    halt.throwIfAborted()
    const urlOf = (role: string) => urlAs(ownerUrl, role, keys.databasePassword(role))
    await startProcesses(start, planProcesses(settings, keys, urlOf))
    report.done(`${names.join(', ')} ready`)
    return { names, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What the steps of one start share. */
interface Start {
  settings: FleetSettings
  report: Report
  board: StateBoard
  /** Everything that runs, in the order in which it must be stopped, last first. */
  groups: Supervised[][]
}

/** @returns the owner's URL */
async function provideDatabase({ settings, report, board, groups }: Start, keys: FleetKeys): Promise<string> {
  if (settings.databaseUrl) {
    await requireDatabase(settings.databaseUrl)
    report.done(`database at ${new URL(settings.databaseUrl).host}`)
    return settings.databaseUrl
  }
  const login = { port: postgresPort(settings), password: keys.databasePassword(CLUSTER_OWNER) }
  const log = createWriteStream(newLog(settings.data, 'postgres'), { mode: 0o600 })
  const onLine = (line: string) => void log.write(`${line}\n`)
  const begin = async () => {
    const running = await launchDatabase({ ...login, data: settings.data, onLine })
    board.set('postgres', { pid: running.pid, environment: {} })
    return running
  }
  const postgres = supervise(begin, eventsOf('postgres', report))
  groups.push([postgres])
  await postgres.healthy.catch((error: Error) => {
    throw new ConfigurationError(`PostgreSQL could not start: ${error.message}`)
  })
  report.done(`PostgreSQL on port ${login.port}`)
  return embeddedDatabaseUrl(login)
}

async function startProcesses({ settings, report, board, groups }: Start, planned: PlannedProcess[]): Promise<void> {
  const begin = (planned: PlannedProcess): Supervised => {
    const { name, environment } = planned
    const options = {
      logFile: newLog(settings.data, name),
      onNotice: (notice: Notice) => report.notice(name, notice),
    }
    return supervise(
      async (halt) => {
        const running = await launch(planned, options, halt)
        board.set(name, { pid: running.pid, environment })
        return running
      },
      eventsOf(name, report),
    )
  }
  const members = planned.map((one) => ({ name: one.name, member: begin(one) }))
  const group = (belongs: (name: ProcessName) => boolean) =>
    groups.push(members.filter(({ name }) => belongs(name)).map(({ member }) => member))
  group((name) => name === 'auth')
  group((name) => name !== 'auth' && name !== 'gateway')
  group((name) => name === 'gateway')
  await Promise.all(
    members.map(({ name, member }) =>
      member.healthy.catch((error: Error) => {
        throw new ConfigurationError(`${name} could not start: ${error.message} (log: ${logFile(settings.data, name)})`)
      }),
    ),
  )
}

function eventsOf(name: string, report: Report): Events {
  return {
    crashed: (reason) => report.notice(name, { severity: 'error', text: `stopped (${reason}); starting it again` }),
    recovered: (pid) => report.good(name, `healthy again (process ${pid})`),
    stillDown: (reason, wait) =>
      report.notice(name, { severity: 'error', text: `cannot start: ${reason}; next try in ${wait / 1_000} s` }),
  }
}

function prepareFolder(data: string): void {
  try {
    mkdirSync(join(data, 'logs'), { recursive: true })
    accessSync(data, constants.W_OK | constants.X_OK)
  } catch {
    throw new ConfigurationError(
      `This user may not write in ${data}. Start as the user who owns it, or set BACKROOM_DATA.`,
    )
  }
}

const logFile = (data: string, name: string) => join(data, 'logs', `${name}.log`)

/** One log a process and start; the log of the start before is kept beside it. */
function newLog(data: string, name: string): string {
  const path = logFile(data, name)
  if (existsSync(path)) renameSync(path, `${path}.previous`)
  return path
}
