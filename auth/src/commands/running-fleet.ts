import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface FleetState {
  publicUrl: string
  profile: string
  processes: Record<string, { environment: Record<string, string> } | undefined>
}

/**
 * The environment that the fleet of this checkout gave to auth, as far as it was started here; what is set in this
 * process wins. Commands then need no settings on the machine where `npm start` runs.
 */
export function environmentOfFleet(): NodeJS.ProcessEnv {
  const data = process.env.BACKROOM_DATA ?? fileURLToPath(new URL('../../../.data', import.meta.url))
  const keys = { AUTH_KEYS_FILE: join(data, 'keys', 'auth.json') }
  try {
    const state = JSON.parse(readFileSync(join(data, 'fleet.json'), 'utf8')) as FleetState
    const { publicUrl: PUBLIC_URL, profile: BACKROOM_PROFILE } = state
    return { ...keys, ...state.processes.auth?.environment, PUBLIC_URL, BACKROOM_PROFILE, ...process.env }
  } catch {
    return { ...keys, ...process.env }
  }
}
