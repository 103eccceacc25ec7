import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { domainNames } from '@backroom/access'
import { createAuthKeys, writeAuthKeys } from '@backroom/auth/keys'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** The secrets of one installation, under `<data>/keys`, readable by their owner only. */
export interface FleetKeys {
  authKeysFile: string
  /** Public keys of the services, by client id. */
  serviceKeysFile: string
  /** Private key of one service. */
  serviceKeyFile(domain: string): string
  /** What payments and the simulated payment provider share. */
  pspSecretFile: string
  /** What signs the notifications of the simulated carriers. */
  carrierSecretFile: string
  /** Password of a database role, the owner's included. */
  databasePassword(role: string): string
}

/** Opens the keys; creates those that do not exist. */
export async function openKeys(data: string, databaseRoles: string[]): Promise<FleetKeys> {
  const folder = join(data, 'keys')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = (name: string) => join(folder, `${name}.json`)
  if (!existsSync(file('auth'))) await writeAuthKeys(file('auth'), await createAuthKeys())
  await createServiceKeys(file)
  const pspSecretFile = await openSecret(join(folder, 'psp-secret'))
  const carrierSecretFile = await openSecret(join(folder, 'carrier-secret'))
  const passwords = await openPasswords(file('database-passwords'), databaseRoles)
  return {
    authKeysFile: file('auth'),
    serviceKeysFile: file('service-keys'),
    serviceKeyFile: file,
    pspSecretFile,
    carrierSecretFile,
    databasePassword: (role) => passwords[role] ?? '',
  }
}

async function createServiceKeys(file: (name: string) => string): Promise<void> {
  const published: Record<string, JWK> = await readJson(file('service-keys'), {})
  const absent = domainNames.filter((domain) => !(published[domain] && existsSync(file(domain))))
  if (absent.length === 0) return
  for (const domain of absent) {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const names = { kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
    await writeJson(file(domain), { ...(await exportJWK(privateKey)), ...names })
    published[domain] = { ...jwk, ...names }
  }
  await writeJson(file('service-keys'), published)
}

/** A file with a secret that two parties share. */
async function openSecret(path: string): Promise<string> {
  if (!existsSync(path)) await writeText(path, randomBytes(24).toString('base64url'))
  return path
}

async function openPasswords(path: string, roles: string[]): Promise<Record<string, string>> {
  const passwords: Record<string, string> = await readJson(path, {})
  const absent = roles.filter((role) => !passwords[role])
  for (const role of absent) passwords[role] = randomBytes(24).toString('base64url')
  if (absent.length > 0) await writeJson(path, passwords)
  return passwords
}

async function readJson<Value>(path: string, otherwise: Value): Promise<Value> {
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : otherwise
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeText(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** In one step, so that an interrupted start leaves no half file. */
async function writeText(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
