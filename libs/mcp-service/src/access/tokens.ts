import { impliedScopes, isProfileName } from '@backroom/access'
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Caller } from '../caller.ts'
import type { DenyList } from './deny-list.ts'

/** Why a token was not accepted. `unavailable`: the keys cannot be had, which says nothing about the token. */
export type TokenFault = { kind: 'invalid'; reason: string } | { kind: 'unavailable' }

/** A caller, or why there is none. */
export type Verified = { caller: Caller; expiresAt: number } | TokenFault

export interface TokenVerifier {
  /** Checks signature, issuer, audience, type, times and the deny list. Never throws. */
  verify(token: string): Promise<Verified>
  /** The keys that auth signs with. */
  keys: JWTVerifyGetKey
  /** Whether keys have been loaded at least once. */
  ready(): boolean
  /** Loads the keys now; false when auth does not answer. */
  load(): Promise<boolean>
  close(): void
}

export interface TokenVerifierOptions {
  /** Where the keys are, inside the fleet; never taken from a token. */
  jwksUrl: string
  issuer: string
  /** Resource identifier of this service, the only audience it accepts. */
  audience: string
  denyList: DenyList
}

const RELOAD_MS = 5 * 60_000
const KEEP_KEYS_MS = 24 * 3_600_000
const CACHED_MS = 30_000
const MAX_CACHED = 5_000
const CLOCK_TOLERANCE_S = 5

/**
 * Verifies access tokens with keys that are cached for a day and reloaded every five minutes: tokens go on working
 * while auth is down. Verified tokens are remembered for 30 s; the deny list is asked every time.
 */
export function tokenVerifier({ jwksUrl, issuer, audience, denyList }: TokenVerifierOptions): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: KEEP_KEYS_MS,
    cooldownDuration: 10_000,
    timeoutDuration: 3_000,
  })
  const cache = new Map<string, { payload: JWTPayload; caller: Caller; until: number }>()
  const load = () =>
    keys.reload().then(
      () => true,
      () => false,
    )
  const reload = setInterval(load, RELOAD_MS * (0.9 + Math.random() * 0.2))
  reload.unref()

  const check = async (token: string): Promise<{ payload: JWTPayload; caller: Caller } | TokenFault> => {
    const known = cache.get(token)
    if (known && known.until > Date.now()) return known
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['ES256'],
        typ: 'at+jwt',
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      })
      const flaw = claimFlaw(payload)
      if (flaw) return { kind: 'invalid', reason: flaw }
      const entry = {
        payload,
        caller: callerOf(payload),
        until: Math.min(Date.now() + CACHED_MS, (payload.exp ?? 0) * 1_000),
      }
      if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string)
      cache.set(token, entry)
      return entry
    } catch (error) {
      return faultOf(error)
    }
  }
  return {
    async verify(token) {
      const checked = await check(token)
      if ('kind' in checked) return checked
      const { payload, caller } = checked
      if (denyList.denies(payload)) return { kind: 'invalid', reason: 'The token was revoked' }
      return { caller, expiresAt: (payload.exp ?? 0) * 1_000 }
    },
    keys,
    ready: () => keys.jwks() !== undefined,
    load,
    close: () => clearInterval(reload),
  }
}

function claimFlaw(payload: JWTPayload): string | undefined {
  if (Array.isArray(payload.aud)) return 'The token names more than one audience'
  if (payload.cnf !== undefined) return 'The token is bound to a key that this server cannot check'
  if (![payload.sub, payload.client_id, payload.jti].every((name) => typeof name === 'string' && name !== ''))
    return 'The token does not name its subject, client and own id'
  if (payload.customer_id !== undefined && payload.customer_id !== payload.sub)
    return 'The token names a customer other than its subject'
  const act = payload.act as { sub?: unknown; act?: unknown } | undefined
  if (act !== undefined && (typeof act !== 'object' || act === null || act.act !== undefined))
    return 'The token was exchanged more than once'
  if (act !== undefined && (act.sub !== payload.client_id || act.sub === payload.sub))
    return 'The token does not name the service that acts'
  return undefined
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return { kind: 'invalid', reason: 'The token has expired' }
  // The remote set throws these two when keys cannot be fetched or auth answers something else.
  if (error instanceof errors.JWKSTimeout || error instanceof TypeError) return { kind: 'unavailable' }
  if (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') return { kind: 'unavailable' }
  return { kind: 'invalid', reason: 'The token is not valid here' }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function callerOf(payload: JWTPayload): Caller {
  const subject = payload.sub as string
  const clientId = payload.client_id as string
  const customerId = text(payload.customer_id)
  const grantId = text(payload.gid)
  const service = grantId === undefined && subject === clientId
  const scopes = text(payload.scope)?.split(' ').filter(Boolean) ?? []
  const username = text(payload.username)
  const role = text(payload.role)
  const profile = text(payload.profile)
  const actor = text((payload.act as { sub?: unknown } | undefined)?.sub)
  const may = Array.isArray(payload.may) ? payload.may.filter((scope) => typeof scope === 'string') : []
  return {
    kind: service ? 'service' : customerId ? 'customer' : 'staff',
    subject,
    clientId,
    scopes: impliedScopes(scopes),
    may,
    ...(customerId ? { customerId } : {}),
    ...(username ? { username } : {}),
    ...(role ? { role } : {}),
    ...(grantId ? { grantId } : {}),
    tokenId: payload.jti as string,
    ...(profile && isProfileName(profile) ? { profile } : {}),
    ...(actor ? { actor } : {}),
  }
}
