import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { domainNames } from '@backroom/access'
import { createAuthKeys, createSecret, createSigningKey } from '@backroom/auth/keys'
import { ConfigurationError, readSettings } from '@backroom/configuration'
import type { JWK } from 'jose'
import { z } from 'zod'
import { processesToRun } from './plan.ts'
import { CLUSTER_OWNER } from './postgres/cluster.ts'

/**
 * Creates the secrets of a deployment as files, `<folder>/<process>/<name>`: a process that is given its own folder sees
 * no other's. What exists stays as it is, so it may run at every start.
 *
 * @param database host, port and name, as in `postgres:5432/backroom`
 */
export async function createSecrets(folder: string, database: string): Promise<void> {
  const file = (owner: string, name: string) => join(folder, owner, name)
  const urlOf = (role: string, password: string) => `postgres://${role}:${password}@${database}`

  const processes = processesToRun({})
  const domains = domainNames.filter((domain) => processes.includes(domain))
  const ownerPassword = await once(file('postgres', 'password'), createSecret, SEEN_BY_POSTGRES)
  await once(file('postgres', 'database-url'), () => urlOf(CLUSTER_OWNER, ownerPassword))
  await once(file('auth', 'keys.json'), async () => jsonText(await createAuthKeys()))
  const published: Record<string, JWK> = {}
  for (const domain of domains) {
    const key: JWK = JSON.parse(await once(file(domain, 'service-key.json'), newServiceKey))
    const { d: _, ...publicKey } = key
    published[domain] = publicKey
  }
  await write(file('auth', 'service-keys.json'), jsonText(published))
  for (const role of ['auth', ...domains]) await once(file(role, 'database-url'), () => urlOf(role, createSecret()))
  const shared = await once(file('psp', 'psp-secret'), createSecret)
  await once(file('payments', 'psp-secret'), () => shared)
  await once(file('tms', 'carrier-secret'), createSecret)
}

/**
 * Reads the database URL of a process from the folder of {@link createSecrets}.
 *
 * @throws {ConfigurationError} naming the file that cannot be read
 */
export function databaseUrlIn(folder: string, process: string): string {
  const path = join(folder, process, 'database-url')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigurationError(
      `${path} cannot be read. Create the secrets first: node fleet/src/secrets.ts ${folder}`,
    )
  }
}

const SEEN_BY_OWNER = 0o600
/** Its own user in its own container reads the file; nobody else has the folder. */
const SEEN_BY_POSTGRES = 0o644

const newServiceKey = async () => jsonText(await createSigningKey())
const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** The file's content, written first when there is no such file. */
async function once(path: string, create: () => string | Promise<string>, mode = SEEN_BY_OWNER): Promise<string> {
  if (!existsSync(path)) await write(path, await create(), mode)
  return readFileSync(path, 'utf8')
}

/** In one step, so that an interrupted run leaves no half file. */
async function write(path: string, text: string, mode = SEEN_BY_OWNER): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, text, { mode })
  await rename(`${path}.new`, path)
}

/** `node fleet/src/secrets.ts <folder>`: the first job of a deployment. */
if (import.meta.main) {
  try {
    const folder = process.argv[2]
    if (!folder) throw new ConfigurationError('Usage: node fleet/src/secrets.ts <folder>')
    const { DATABASE_ADDRESS } = readSettings({ DATABASE_ADDRESS: z.string().default('postgres:5432/backroom') })
    await createSecrets(folder, DATABASE_ADDRESS)
    console.log(`The secrets are in ${folder}.`)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
