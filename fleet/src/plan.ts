import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type DomainName, domainNames } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import { type MigrationFolder, migrationFolders } from '@backroom/database'
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
const PSP_OFFSET = 110
const INTERNAL_OFFSET = 100

/** Processes that can run: those whose folder has a program, of them the demo's own in a demo, narrowed by `--only`. */
export function processesToRun({ only, profile }: Partial<FleetSettings>): ProcessName[] {
  const existing = processNames.filter((name) => existsSync(entryOf(name)) && (name !== 'psp' || profile === 'demo'))
  const absent = only?.find((name) => !existing.includes(name))
  if (absent) throw new ConfigurationError(`--only names ${absent}, which this version or profile does not have.`)
  return existing.filter((name) => !only || only.includes(name))
}

/** Where the fleet will listen. */
export function addressesOf(settings: FleetSettings): Address[] {
  const inside = (port: number) => ({ host: '127.0.0.1', port })
  const addresses = processesToRun(settings).flatMap((name) => {
    const port = portOf(name, settings.port)
    if (name === 'gateway') return [{ host: settings.host, port }]
    return name === 'psp' ? [inside(port)] : [inside(port), inside(port + INTERNAL_OFFSET)]
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
  const deployed = domainNames.filter((domain) => names.includes(domain))
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
      const own = { HOST: settings.host, ...originsOf(deployed, settings.port) }
      return { name, entry, readyUrl: `${gatewayOrigin(settings)}/ready`, environment: { ...environment, ...own } }
    }
    const readyUrl = `${originOf(name, settings.port)}/ready`
    if (name === 'psp') {
      const webhookUrl = `${gatewayOrigin(settings)}/payments/webhooks/simulator`
      const own = { BACKROOM_DATA: settings.data, PSP_SECRET_FILE: keys.pspSecretFile, WEBHOOK_URL: webhookUrl }
      return { name, entry, readyUrl, environment: { ...environment, ...own } }
    }
    const own = {
      INTERNAL_PORT: String(port + INTERNAL_OFFSET),
      DATABASE_URL: urlOf(name),
      AUDIT_HEADS: auditHeads(settings.data),
    }
    const secrets: Record<string, string> =
      name === 'auth'
        ? {
            AUTH_KEYS_FILE: keys.authKeysFile,
            SERVICE_KEYS_FILE: keys.serviceKeysFile,
            ...originsOf(deployed, settings.port),
            ...internalOriginsOf(deployed, settings.port),
          }
        : { SERVICE_KEY_FILE: keys.serviceKeyFile(name), ...originsOf(deployed, settings.port) }
    if (name === 'payments' && settings.profile === 'demo') {
      secrets.PSP_URL = originOf('psp', settings.port)
      secrets.PSP_SECRET_FILE = keys.pspSecretFile
    }
    if (name === 'tms' && settings.profile === 'demo') {
      secrets.CARRIER_SECRET_FILE = keys.carrierSecretFile
      secrets.CARRIER_WEBHOOK_URL = `${gatewayOrigin(settings)}/tms/webhooks`
    }
    return { name, entry, readyUrl, environment: { ...environment, ...own, ...secrets } }
  })
}

/** The schema of the process of the same name. */
export interface PlannedSchema {
  schema: string
  folders: MigrationFolder[]
  /** Whether the workflow engine has a schema of its own beside it. */
  workflows: boolean
}

/** The schemas of those processes that have one. */
export function schemasOf(names: ProcessName[]): PlannedSchema[] {
  return names
    .filter((name) => name !== 'gateway' && name !== 'psp')
    .map((name) => ({ schema: name, folders: migrationFolders(name), workflows: name !== 'auth' }))
}

/** Where the services keep the signed ends of their audit chains. */
export function auditHeads(data: string): string {
  return join(data, 'audit')
}

/** The program of a process. */
export function entryOf(name: ProcessName): string {
  return join(folderOf(name), 'src', 'main.ts')
}

function folderOf(name: ProcessName): string {
  if (name === 'psp') return join(root, 'services', 'payments', 'simulator')
  return name === 'gateway' || name === 'auth' ? join(root, name) : join(root, 'services', name)
}

function portOf(name: ProcessName, base: number): number {
  if (name === 'gateway') return base
  if (name === 'psp') return base + PSP_OFFSET
  return base + AUTH_OFFSET + (name === 'auth' ? 0 : domainNames.indexOf(name) + 1)
}

function originOf(name: ProcessName, base: number): string {
  return `http://127.0.0.1:${portOf(name, base)}`
}

function originsOf(domains: readonly DomainName[], base: number): Record<string, string> {
  return Object.fromEntries(domains.map((domain) => [`${domain.toUpperCase()}_URL`, originOf(domain, base)]))
}

function internalOriginsOf(domains: readonly DomainName[], base: number): Record<string, string> {
  const originOfPort = (domain: DomainName) => `http://127.0.0.1:${portOf(domain, base) + INTERNAL_OFFSET}`
  return Object.fromEntries(domains.map((domain) => [`${domain.toUpperCase()}_INTERNAL_URL`, originOfPort(domain)]))
}
