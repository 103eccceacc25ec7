import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { ConfigurationError } from '@backroom/configuration'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** A private ES256 key; `kid` is its RFC 7638 thumbprint. */
export type SigningKey = JWK & { kid: string }

/** The secrets of auth, as they stand in AUTH_KEYS_FILE. In both lists the first one signs, every one verifies. */
export interface AuthKeys {
  signing: SigningKey[]
  cookies: string[]
  /** Mixed into every password hash; losing it makes every password wrong. */
  pepper: string
}

/** Public keys of the service clients by client id, as they stand in SERVICE_KEYS_FILE. */
export type ServiceKeys = Record<string, JWK>

/** Fresh secrets for a new installation. */
export async function createAuthKeys(): Promise<AuthKeys> {
  return { signing: [await createSigningKey()], cookies: [createSecret()], pepper: createSecret() }
}

/** A fresh private ES256 key. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}

/** 256 random bits as text. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** @throws {ConfigurationError} when the file is absent, unreadable or not of this form */
export function readAuthKeys(path: string): AuthKeys {
  const keys = readJson(path) as Partial<AuthKeys>
  if (keys.signing?.length && keys.cookies?.length && keys.pepper) return keys as AuthKeys
  throw new ConfigurationError(`${path} must hold the lists signing and cookies, neither empty, and pepper.`)
}

/** @throws {ConfigurationError} when the file is absent or unreadable */
export function readServiceKeys(path: string): ServiceKeys {
  return readJson(path) as ServiceKeys
}

/** Replaces the file in one step, readable by its owner only: a running server never sees half of it. */
export async function writeAuthKeys(path: string, keys: AuthKeys): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

function readJson(path: string): object {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigurationError(`${path} cannot be read as JSON (${(error as Error).message}).`)
  }
}
