import { isAbsolute, join } from 'node:path'
import { parseArgs } from 'node:util'
import { domainNames } from '@backroom/access'
import { ConfigurationError, Port, readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'

/** The folder of the checkout. */
export const root = join(import.meta.dirname, '..', '..')

/** Where this checkout keeps everything that it creates: BACKROOM_DATA, else `.data`. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { BACKROOM_DATA } = environment
  if (!BACKROOM_DATA) return join(root, '.data')
  return isAbsolute(BACKROOM_DATA) ? BACKROOM_DATA : join(root, BACKROOM_DATA)
}

/** Every process that a fleet can have, in the order of their ports; `psp` is the simulated payment provider of the demo. */
export const processNames = ['gateway', 'auth', ...domainNames, 'psp'] as const
export type ProcessName = (typeof processNames)[number]

/** What `npm start` was asked to do. */
export interface FleetSettings {
  profile: 'demo' | 'production'
  publicUrl: string
  /** Address of the gateway; everything else stays on loopback. */
  host: string
  port: number
  data: string
  /** URL of the owner of an existing database; absent: the embedded one. */
  databaseUrl?: string
  /** Absent: everything. */
  only?: ProcessName[]
}

const HIGHEST_OFFSET = 432

/**
 * Reads the command line and the environment of `npm start`. The profile is demo unless it is set.
 *
 * @throws {ConfigurationError} naming what is wrong
 */
export function readFleetSettings(args: string[], environment: NodeJS.ProcessEnv = process.env): FleetSettings {
  const { BACKROOM_PROFILE, PUBLIC_URL, HOST, PORT, DATABASE_URL } = readSettings(
    {
      ...sharedSettings,
      PORT: Port.pipe(
        z
          .int()
          .min(1)
          .max(65535 - HIGHEST_OFFSET),
      ).default(8000),
      DATABASE_URL: z
        .url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/name' })
        .optional(),
    },
    { ...environment, ...startDefaults(environment) },
  )
  return {
    profile: BACKROOM_PROFILE,
    publicUrl: PUBLIC_URL,
    host: HOST,
    port: PORT,
    data: dataFolder(environment),
    ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
    ...readOnly(args),
  }
}

/** `npm start` is a demo unless it is told otherwise, reached where its gateway listens. */
function startDefaults({ BACKROOM_PROFILE, PUBLIC_URL, ISSUER_URL, PORT }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    BACKROOM_PROFILE: BACKROOM_PROFILE || 'demo',
    PUBLIC_URL: PUBLIC_URL || ISSUER_URL || `http://localhost:${PORT || 8000}`,
  }
}

function readOnly(args: string[]): { only?: ProcessName[] } {
  const { only } = parse(args)
  if (only === undefined) return {}
  const names = only.split(',').map((name) => name.trim())
  for (const name of names) {
    if (!isProcessName(name)) {
      throw new ConfigurationError(
        `--only names "${name}", which does not exist. Choose from ${processNames.join(', ')}.`,
      )
    }
  }
  return { only: names.filter(isProcessName) }
}

function parse(args: string[]): { only?: string | undefined } {
  try {
    return parseArgs({ args, options: { only: { type: 'string' } } }).values
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} Usage: npm start -- [--only wms,auth,gateway]`)
  }
}

function isProcessName(name: string): name is ProcessName {
  return (processNames as readonly string[]).includes(name)
}
