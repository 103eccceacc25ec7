import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type DomainName, domainNames } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import type { MigrationFolder } from '@backroom/database'
import type { FleetKeys } from './keys.ts'
import type { Address } from './ports.ts'
import { type FleetSettings, type ProcessName, processNames, root } from './settings.ts'

/** One process of the fleet, ready to be spawned. */
export interface PlannedProcess {
  name: ProcessName
  entry: string
  readyUrl: string
  environment: Record<string, string>
}

const POSTGRES_OFFSET = 432
const AUTH_OFFSET = 100
const INTERNAL_OFFSET = 100

/** Processes that can run: those whose folder has a program, narrowed by `--only`. */
export function processesToRun({ only }: Pick<FleetSettings, 'only'>): ProcessName[] {
  const existing = processNames.filter((name) => existsSync(entryOf(name)))
  const absent = only?.find((name) => !existing.includes(name))
  if (absent) throw new ConfigurationError(`--only names ${absent}, which this version does not have yet.`)
  return existing.filter((name) => !only || only.includes(name))
}

/** Where the fleet will listen. */
export function addressesOf(settings: FleetSettings): Address[] {
  const inside = (port: number) => ({ host: '127.0.0.1', port })
  const addresses = processesToRun(settings).flatMap((name) => {
    const port = portOf(name, settings.port)
    return name === 'gateway' ? [{ host: settings.host, port }] : [inside(port), inside(port + INTERNAL_OFFSET)]
  })
  return settings.databaseUrl ? addresses : [...addresses, inside(postgresPort(settings))]
}

/** Port of the embedded Postgres. */
export function postgresPort({ port }: FleetSettings): number {
  return port + POSTGRES_OFFSET
}

const everyAddress = new Set(['0.0.0.0', '::'])

/** Where this machine itself reaches the gateway. */
export function gatewayOrigin({ host, port }: Pick<FleetSettings, 'host' | 'port'>): string {
  const reachable = everyAddress.has(host) ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** Decides ports and environment of every process. */
export function planProcesses(
  settings: FleetSettings,
  keys: FleetKeys,
  urlOf: (role: string) => string,
): PlannedProcess[] {
  const names = processesToRun(settings)
  const shared = {
    BACKROOM_PROFILE: settings.profile,
    PUBLIC_URL: settings.publicUrl,
    AUTH_URL: originOf('auth', settings.port),
    AUTH_INTERNAL_URL: `http://127.0.0.1:${portOf('auth', settings.port) + INTERNAL_OFFSET}`,
  }
  return names.map((name): PlannedProcess => {
    const port = portOf(name, settings.port)
    const entry = entryOf(name)
    const environment = { ...shared, PORT: String(port), HOST: '127.0.0.1' }
    if (name === 'gateway') {
      const running = domainNames.filter((domain) => names.includes(domain))
      const own = { HOST: settings.host, ...originsOf(running, settings.port) }
      return { name, entry, readyUrl: `${gatewayOrigin(settings)}/ready`, environment: { ...environment, ...own } }
    }
    const readyUrl = `${originOf(name, settings.port)}/ready`
    const own = { INTERNAL_PORT: String(port + INTERNAL_OFFSET), DATABASE_URL: urlOf(name) }
    const secrets: Record<string, string> =
      name === 'auth'
        ? { AUTH_KEYS_FILE: keys.authKeysFile, SERVICE_KEYS_FILE: keys.serviceKeysFile }
        : { SERVICE_KEY_FILE: keys.serviceKeyFile(name), ...originsOf(domainNames, settings.port) }
    return { name, entry, readyUrl, environment: { ...environment, ...own, ...secrets } }
  })
}

/** The processes that own a schema of the same name, with their migration folders. */
export function schemasOf(names: ProcessName[]): { schema: string; folders: MigrationFolder[] }[] {
  return names
    .filter((name) => name !== 'gateway')
    .map((name) => {
      const own = { prefix: name, path: join(folderOf(name), 'migrations') }
      const shared = { prefix: 'service', path: join(root, 'libs', 'mcp-service', 'migrations') }
      const folders = name === 'auth' ? [own] : [shared, own]
      return { schema: name, folders: folders.filter(({ path }) => existsSync(path)) }
    })
}

/** The program of a process. */
export function entryOf(name: ProcessName): string {
  return join(folderOf(name), 'src', 'main.ts')
}

function folderOf(name: ProcessName): string {
  return name === 'gateway' || name === 'auth' ? join(root, name) : join(root, 'services', name)
}

function portOf(name: ProcessName, base: number): number {
  if (name === 'gateway') return base
  return base + AUTH_OFFSET + (name === 'auth' ? 0 : domainNames.indexOf(name) + 1)
}

function originOf(name: ProcessName, base: number): string {
  return `http://127.0.0.1:${portOf(name, base)}`
}

function originsOf(domains: readonly DomainName[], base: number): Record<string, string> {
  return Object.fromEntries(domains.map((domain) => [`${domain.toUpperCase()}_URL`, originOf(domain, base)]))
}
