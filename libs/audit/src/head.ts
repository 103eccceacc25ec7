import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import type { ChainEnd } from './chain.ts'

/** The end of a chain as its service signed it, kept outside of the database. */
export interface SignedHead extends ChainEnd {
  /** When it was signed. */
  at: Date
}

const ALGORITHM = 'ES256'
const TYPE = 'audit-head+jwt'

/** Signs the end of the chain of a trail with the service's own key. */
export async function signHead(trail: string, { position, hash }: ChainEnd, key: JWK): Promise<string> {
  return new SignJWT({ position, hash })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, ...(key.kid ? { kid: key.kid } : {}) })
    .setIssuer(trail)
    .setIssuedAt()
    .sign(await importJWK(key, ALGORITHM))
}

/**
 * Reads a signed head with one of the public keys of its service.
 *
 * @throws when no key fits, or when it is the head of another trail
 */
export async function openHead(trail: string, signed: string, keys: readonly JWK[]): Promise<SignedHead> {
  const failures: unknown[] = []
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify<ChainEnd>(signed, await importJWK(publicPart(key), ALGORITHM), {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: trail,
        requiredClaims: ['iat', 'position', 'hash'],
      })
      const { position, hash, iat = 0 } = payload
      return { position, hash, at: new Date(iat * 1_000) }
    } catch (error) {
      failures.push(error)
    }
  }
  throw new Error(`The head of ${trail} was not signed by its service.`, { cause: failures[0] })
}

/** Where the heads of the trails are: one small file each, beside the database and not in it. */
export interface HeadFolder {
  /** Replaces the head of a trail, in one step. */
  write(trail: string, signed: string): Promise<void>
  /** Undefined when there is none. */
  read(trail: string): Promise<string | undefined>
}

/**
 * The signed end of a trail that was kept last; undefined when none is.
 *
 * @throws when no key fits, or when it is the head of another trail
 */
export async function lastHead(
  heads: HeadFolder,
  trail: string,
  keys: readonly JWK[],
): Promise<SignedHead | undefined> {
  const signed = await heads.read(trail)
  return signed === undefined ? undefined : openHead(trail, signed, keys)
}

/** The heads in this folder. */
export function headFolder(folder: string): HeadFolder {
  const path = (trail: string) => join(folder, `${trail}.head`)
  return {
    async write(trail, signed) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(`${path(trail)}.new`, `${signed}\n`, { mode: 0o600 })
      await rename(`${path(trail)}.new`, path(trail))
    },
    async read(trail) {
      try {
        return (await readFile(path(trail), 'utf8')).trim()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

function publicPart({ d: _, ...key }: JWK): JWK {
  return key
}
