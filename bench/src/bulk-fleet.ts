import { spawn } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type FleetOptions, startFleet, type TestFleet } from '@backroom/fleet-testing'

const seedCommand = fileURLToPath(new URL('../../fleet/src/seed.ts', import.meta.url))
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '1000000000', LOG_LEVEL: 'warn' }

/**
 * Starts a whole fleet with a durable Postgres of its own, without limits on calls, and fills it with bulk data.
 *
 * @param data folder that is kept, so that the next start finds its data there; by default one that goes with the fleet
 */
export async function startBulkFleet(size: { skus: number; orders: number }, data?: string): Promise<TestFleet> {
  if (data) await mkdir(data, { recursive: true })
  if (data) await chmod(data, 0o755)
  const options: FleetOptions = { ownPostgres: true, environment: UNLIMITED, ...(data ? { data } : {}) }
  const fleet = await startFleet(options)
  try {
    await seed(fleet, size)
  } catch (error) {
    await fleet.stop()
    throw error
  }
  return fleet
}

/** Runs `npm run seed` on the fleet; what it says goes to standard error, where figures do not. */
async function seed(fleet: TestFleet, { skus, orders }: { skus: number; orders: number }): Promise<void> {
  const child = spawn(process.execPath, [seedCommand, '--skus', String(skus), '--orders', String(orders)], {
    env: { ...process.env, DATABASE_URL: '', BACKROOM_DATA: fleet.data },
    stdio: ['ignore', 2, 2],
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error('The fleet could not be filled.')
}
