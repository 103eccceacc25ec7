import { join } from 'node:path'
import { ConfigurationError } from '@backroom/configuration'
import { urlAs } from './database.ts'
import { type FleetKeys, openKeys } from './keys.ts'
import { auditHeads } from './plan.ts'
import { databaseUrlIn } from './secrets.ts'
import { dataFolder, type ProcessName, processNames } from './settings.ts'
import { readState } from './state.ts'

/** What commands of this checkout work on: the databases of its processes, and its keys. */
export interface Installation {
  /** With each process's own login; absent where the process is not part of the fleet that runs. */
  urlOf(name: ProcessName): string | undefined
  keys: Pick<FleetKeys, 'authKeysFile' | 'serviceKeysFile'>
  /** Folder with the signed end of a process's audit chain. */
  headsOf(name: ProcessName): string
  isDemo: boolean
}

/**
 * The databases of the deployment whose secrets are in SECRETS_FOLDER (and the ends of its audit chains in AUDIT_HEADS, a
 * folder for each process), else those in the database that DATABASE_URL names (its owner's URL, as for the migration), else
 * those of the fleet that runs here.
 *
 * @throws {ConfigurationError} when there is none
 */
export async function installationHere(environment: NodeJS.ProcessEnv = process.env): Promise<Installation> {
  const { DATABASE_URL, BACKROOM_PROFILE, SECRETS_FOLDER, AUDIT_HEADS = '' } = environment
  if (SECRETS_FOLDER) return deployed(SECRETS_FOLDER, AUDIT_HEADS, BACKROOM_PROFILE === 'demo')
  const data = dataFolder(environment)
  const headsOf = () => auditHeads(data)
  const fleet = readState(data)
  const keys = await openKeys(data, [...processNames])
  if (DATABASE_URL) {
    const urlOf = (name: ProcessName) => urlAs(DATABASE_URL, name, keys.databasePassword(name))
    return { urlOf, keys, headsOf, isDemo: BACKROOM_PROFILE === 'demo' }
  }
  if (!fleet?.running)
    throw new ConfigurationError('The fleet is not running here. Start it with npm start, or set DATABASE_URL.')
  const { processes, profile } = fleet.state
  return { urlOf: (name) => processes[name]?.environment.DATABASE_URL, keys, headsOf, isDemo: profile === 'demo' }
}

function deployed(secrets: string, heads: string, isDemo: boolean): Installation {
  return {
    urlOf: (name) => databaseUrlIn(secrets, name),
    keys: {
      authKeysFile: join(secrets, 'auth', 'keys.json'),
      serviceKeysFile: join(secrets, 'auth', 'service-keys.json'),
    },
    headsOf: (name) => join(heads, name),
    isDemo,
  }
}
