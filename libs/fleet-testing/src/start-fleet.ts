import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DomainName, resourceUrl } from '@backroom/access'
import { signInForToken } from '@backroom/auth/sign-in'
import { addressesOf, isFree, migrateFleet, processesToRun, processNames, readState } from '@backroom/fleet'
import { asOwner, inDatabase } from './as-owner.ts'
import { templateDatabase } from './template-database.ts'
import { TEST_PASSWORD, testServer } from './test-server.ts'

export interface FleetOptions {
  /** Processes to start. Default: all. */
  only?: string[]
  /** The fleet runs a Postgres of its own, as `npm start` does, so that a test can kill it. Default: false. */
  ownPostgres?: boolean
  /** Data folder of an earlier fleet to start on; `stop` leaves it. Default: a new one. */
  data?: string
  /** Added to the environment of `npm start`. */
  environment?: Record<string, string>
}

/** A whole fleet of processes, started as a person would. */
export interface TestFleet {
  publicUrl: string
  port: number
  data: string
  /** Process of `npm start`. */
  supervisor: ChildProcess
  /** Everything that `npm start` wrote so far. */
  output(): string
  /** Access token of a demo account for one domain, by sign-in and consent. */
  token(account: string, domain: DomainName, scope?: string): Promise<string>
  /** Process id of a process of the fleet. */
  pid(name: string): number
  /** Database URL of a process, as its own login role. */
  databaseUrl(name: string): string
  /** Kills one process with SIGKILL; `postgres` only where the fleet has its own. */
  kill(name: string): void
  /** Ctrl-C; fulfilled with the exit code when everything has stopped. */
  stop(): Promise<number | null>
}

const DEMO_PASSWORD = 'Demo123!'

/**
 * Starts a fleet on free ports in the demo profile and waits until it is ready.
 *
 * @throws {Error} with everything that it wrote, when it does not start
 */
export async function startFleet(options: FleetOptions = {}): Promise<TestFleet> {
  const { only, ownPostgres = false, environment = {} } = options
  const port = await freeBlock()
  const data = options.data ?? (await newDataFolder())
  const database = ownPostgres ? undefined : await newDatabase()
  const { supervisor, output, ended } = spawnStart({
    args: only ? ['--only', only.join(',')] : [],
    environment: {
      ...{ PORT: String(port), PUBLIC_URL: `http://localhost:${port}`, BACKROOM_DATA: data, BACKROOM_PROFILE: 'demo' },
      ...{ DATABASE_URL: database?.url ?? '', LOG_LEVEL: 'info', ...environment },
    },
  })
  const cleanUp = async () => {
    await database?.drop()
    if (!options.data) await rm(data, { recursive: true, force: true })
  }
  const ready = new Promise<'ready'>((resolve) => {
    supervisor.stdout?.on('data', () => output().includes('Ready in') && resolve('ready'))
  })
  if ((await Promise.race([ready, ended])) !== 'ready') {
    await cleanUp()
    throw new Error(`The fleet did not start:\n${output()}`)
  }
  const publicUrl = environment.PUBLIC_URL ?? `http://localhost:${port}`
  const processOf = (name: string) => {
    const found = readState(data)?.state.processes[name]
    if (!found) throw new Error(`${name} does not run in this fleet`)
    return found
  }
  const pid = (name: string) => processOf(name).pid
  return {
    ...{ publicUrl, port, data, supervisor, output, pid },
    async token(account, domain, scope) {
      const login = { account, password: DEMO_PASSWORD, resource: resourceUrl(publicUrl, domain) }
      const answer = await signInForToken({ publicUrl, ...login, ...(scope ? { scope } : {}) })
      return answer.access_token
    },
    databaseUrl(name) {
      const { DATABASE_URL: url } = processOf(name).environment
      if (!url) throw new Error(`${name} has no database`)
      return url
    },
    kill: (name) => void process.kill(pid(name), 'SIGKILL'),
    async stop() {
      supervisor.kill('SIGINT')
      const code = await ended
      await cleanUp()
      return code
    },
  }
}

/** `npm start` as a process, whatever becomes of it. */
export interface StartProcess {
  supervisor: ChildProcess
  output(): string
  /** Exit code; null when a signal ended it. */
  ended: Promise<number | null>
}

/** Runs `npm start` without npm, to see what it says. */
export function spawnStart({
  args,
  environment,
}: {
  args: string[]
  environment: Record<string, string>
}): StartProcess {
  const entry = fileURLToPath(import.meta.resolve('@backroom/fleet/start'))
  const supervisor = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...environment },
  })
  let written = ''
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text
    })
  }
  const ended = new Promise<number | null>((resolve) => supervisor.once('close', resolve))
  return { supervisor, output: () => written, ended }
}

/** A data folder whose database passwords are those of the shared test server. */
export async function newDataFolder(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'backroom-fleet-'))
  await chmod(data, 0o755)
  await mkdir(join(data, 'keys'), { mode: 0o700 })
  const passwords = Object.fromEntries(['backroom', ...processNames].map((role) => [role, TEST_PASSWORD]))
  await writeFile(join(data, 'keys', 'database-passwords.json'), JSON.stringify(passwords), { mode: 0o600 })
  return data
}

/** Brings the schemas of every process up to date, so that a fleet that starts on a copy finds nothing to do. */
async function migrated(ownerUrl: string): Promise<void> {
  await migrateFleet(ownerUrl, processesToRun({}), () => TEST_PASSWORD)
}

async function newDatabase() {
  const server = await testServer()
  const template = await templateDatabase('fleet', migrated)
  const name = `fleet_${randomBytes(6).toString('hex')}`
  await asOwner(server, (client) => client.query(`create database ${name} template ${template}`))
  const drop = () => asOwner(server, (client) => client.query(`drop database ${name} with (force)`))
  return { url: inDatabase(server, name), drop }
}

const LOWEST = 10_000
/** Below the ports that the system hands out by itself. */
const HIGHEST = 32_000

/** A gateway port whose whole block is free. */
export async function freeBlock(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    const addresses = addressesOf({ profile: 'demo', publicUrl: '', host: '127.0.0.1', data: '', port })
    const free = await Promise.all(addresses.map(isFree))
    if (free.every(Boolean)) return port
  }
}
