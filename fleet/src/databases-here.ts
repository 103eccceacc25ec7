import { ConfigurationError } from '@backroom/configuration'
import { urlAs } from './database.ts'
import { type FleetKeys, openKeys } from './keys.ts'
import { dataFolder, type ProcessName, processNames } from './settings.ts'
import { readState } from './state.ts'

/** What commands of this checkout work on: the databases of its processes, and its keys. */
export interface Installation {
  /** With each process's own login; absent where the process is not part of the fleet that runs. */
  urlOf(name: ProcessName): string | undefined
  keys: FleetKeys
  data: string
  isDemo: boolean
}

/**
 * The databases of the fleet that runs here, or those in the database that DATABASE_URL names (its owner's URL, as for the
 * migration).
 *
 * @throws {ConfigurationError} when there is neither
 */
export async function installationHere(environment: NodeJS.ProcessEnv = process.env): Promise<Installation> {
  const { DATABASE_URL, BACKROOM_PROFILE } = environment
  const data = dataFolder(environment)
  const fleet = readState(data)
  const keys = await openKeys(data, [...processNames])
  if (DATABASE_URL) {
    const urlOf = (name: ProcessName) => urlAs(DATABASE_URL, name, keys.databasePassword(name))
    return { urlOf, keys, data, isDemo: BACKROOM_PROFILE === 'demo' }
  }
  if (!fleet?.running)
    throw new ConfigurationError('The fleet is not running here. Start it with npm start, or set DATABASE_URL.')
  const { processes, profile } = fleet.state
  return { urlOf: (name) => processes[name]?.environment.DATABASE_URL, keys, data, isDemo: profile === 'demo' }
}
