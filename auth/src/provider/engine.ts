import type { EventEmitter } from 'node:events'
import { unwatchFile, watchFile } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type Provider from 'oidc-provider'
import { readAuthKeys, readServiceKeys } from '../keys.ts'
import { deny } from '../revocation/deny-list.ts'
import { createProvider, type ProviderParts } from './create-provider.ts'
import { createTokenExchange, type TokenExchange } from './token-exchange.ts'

const POLL_MS = 1_000

/** The provider in use; it is replaced by a new one when a key file changes, so rotation needs no restart. */
export interface Engine {
  readonly provider: Provider
  readonly parts: ProviderParts
  readonly exchange: TokenExchange
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): void
}

/** Where the secrets stand. */
export interface KeyFiles {
  authKeysFile: string
  serviceKeysFile: string
}

/** Builds the provider from the key files and follows their changes. An unreadable new version is reported, not used. */
export function createEngine(
  files: KeyFiles,
  parts: Omit<ProviderParts, 'keys' | 'serviceKeys'>,
  log: FastifyBaseLogger,
): Engine {
  const load = () => {
    const withKeys: ProviderParts = {
      ...parts,
      keys: readAuthKeys(files.authKeysFile),
      serviceKeys: readServiceKeys(files.serviceKeysFile),
    }
    const exchange = createTokenExchange(withKeys)
    const provider = createProvider(withKeys, exchange)
    reportEvents(provider, withKeys, log)
    return { parts: withKeys, exchange, provider, callback: provider.callback() }
  }
  let current = load()

  const reload = () => {
    try {
      current = load()
      log.info({ kids: current.parts.keys.signing.map(({ kid }) => kid) }, 'keys loaded')
    } catch (error) {
      log.error({ err: error }, 'the changed key file cannot be used; the keys in use stay')
    }
  }
  const paths = [files.authKeysFile, files.serviceKeysFile]
  for (const path of paths) watchFile(path, { interval: POLL_MS, persistent: false }, reload)

  return {
    get provider() {
      return current.provider
    },
    get parts() {
      return current.parts
    },
    get exchange() {
      return current.exchange
    },
    handle: (request, response) => current.callback(request, response),
    close() {
      for (const path of paths) unwatchFile(path, reload)
    },
  }
}

const reported = [
  'registration_create.error',
  'authorization.error',
  'grant.error',
  'revocation.error',
  'introspection.error',
] as const

function reportEvents(provider: Provider, { db }: ProviderParts, log: FastifyBaseLogger): void {
  provider.on('server_error', (ctx, error) => log.error({ err: error, path: ctx.path }, 'server_error'))
  // The provider's own type of `on` takes one literal name at a time.
  const emitter: EventEmitter = provider
  for (const event of reported) {
    emitter.on(event, (ctx: { path: string }, error: Error & { error_description?: string }) =>
      log.info({ path: ctx.path, error: error.message, reason: error.error_description }, event),
    )
  }
  provider.on('grant.revoked', (_ctx, grantId) => {
    deny(db, 'gid', grantId).catch((error) => log.error({ err: error, gid: grantId }, 'revocation was not recorded'))
  })
}
