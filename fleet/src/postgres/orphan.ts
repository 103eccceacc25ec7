import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type ClusterOptions, clusterUrl } from './cluster.ts'

const STOP_LIMIT_MS = 30_000
const WRONG_PASSWORD = '28P01'
/** SQLSTATE: a Postgres answers, though it is starting or full. */
const serverError = /^[0-9A-Z]{5}$/

/**
 * Stops the server that a killed start left running on this data folder. A process id may have passed to another program
 * since, so the server is recognised by its answer; a lock that names another program is removed. The lock of a server
 * that is gone stays: by it Postgres finds backends that have not noticed yet.
 */
export async function clearOrphan({ folder, password }: Pick<ClusterOptions, 'folder' | 'password'>): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  const lines = await readFile(file, 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  )
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (!pid || !isAlive(pid)) return
  if (await answersAsOurs({ port, password }, folder)) await end(pid, file)
  else await rm(file)
}

async function answersAsOurs(login: { port: number; password: string }, folder: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: clusterUrl(login), connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    const { rows } = await client.query(`select current_setting('data_directory') as folder`)
    return rows[0]?.folder === folder
  } catch (error) {
    const { code } = error as { code?: string }
    return code !== WRONG_PASSWORD && serverError.test(code ?? '')
  } finally {
    await client.end()
  }
}

/** The server removes its lock as its last act. */
async function end(pid: number, lock: string): Promise<void> {
  process.kill(pid, 'SIGINT')
  const deadline = Date.now() + STOP_LIMIT_MS
  while (existsSync(lock) && Date.now() < deadline) await sleep(50)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
