import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterUrl, freePort, processNames, startCluster } from '@backroom/fleet'
import { asOwner } from './as-owner.ts'

/** Every role of a test server has this password, so that tests may share the roles. */
export const TEST_PASSWORD = 'test'

let server: Promise<string> | undefined

/** Owner URL of the Postgres that tests share: TEST_DATABASE_URL, else one that lives as long as this process. */
export function testServer(): Promise<string> {
  server ??= openTestServer()
  return server
}

async function openTestServer(): Promise<string> {
  const url = process.env.TEST_DATABASE_URL || (await startTestServer())
  await createRoles(url)
  return url
}

async function startTestServer(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'backroom-test-'))
  await chmod(parent, 0o755)
  const login = { port: await freePort(), password: TEST_PASSWORD }
  const cluster = await startCluster({ ...login, folder: join(parent, 'postgres'), durable: false })
  cluster.unref()
  process.once('exit', () => {
    process.kill(cluster.pid, 'SIGKILL')
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 })
  })
  return clusterUrl(login)
}

/** Roles belong to the whole server: made once, under a lock, so that test files that run at once find them ready. */
async function createRoles(url: string): Promise<void> {
  await asOwner(url, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('roles of tests'))`)
    const { rows } = await client.query<{ name: string }>('select rolname as name from pg_roles')
    for (const name of processNames.filter((name) => !rows.some((row) => row.name === name))) {
      await client.query(`create role ${name} login password '${TEST_PASSWORD}'`)
    }
  })
}
