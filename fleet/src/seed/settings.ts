import { parseArgs } from 'node:util'
import { ConfigurationError } from '@backroom/configuration'
import { urlAs } from '../database.ts'
import { openKeys } from '../keys.ts'
import { CLUSTER_OWNER } from '../postgres/cluster.ts'
import { dataFolder } from '../settings.ts'
import { readState } from '../state.ts'

/** How much data there is to be, counted from the first row ever seeded. */
export interface BulkSize {
  skus: number
  orders: number
  warehouses: number
}

const usage = 'Usage: npm run seed -- --skus 100000 --orders 100000 [--warehouses 3]'
const MOST = 10_000_000
const MOST_WAREHOUSES = 30
/** An order has up to three lines of different SKUs. */
const FEWEST_SKUS = 10

/** @throws {ConfigurationError} naming what is wrong */
export function readSize(args: string[]): BulkSize {
  const values = parse(args)
  const size = {
    skus: numberOf('skus', values.skus, MOST),
    orders: numberOf('orders', values.orders, MOST),
    warehouses: numberOf('warehouses', values.warehouses ?? '3', MOST_WAREHOUSES),
  }
  if (size.skus + size.orders === 0) throw new ConfigurationError(`There is nothing to seed. ${usage}`)
  if (size.warehouses === 0) throw new ConfigurationError(`--warehouses must be at least 1. ${usage}`)
  if (size.skus < FEWEST_SKUS && size.orders > 0)
    throw new ConfigurationError(`Orders need something to sell: --skus must be at least ${FEWEST_SKUS}. ${usage}`)
  return size
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args, options: { skus: text, orders: text, warehouses: text } }).values
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} ${usage}`)
  }
}

function numberOf(name: string, value = '0', most: number): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number <= most) return number
  throw new ConfigurationError(`--${name} must be a whole number up to ${most}. ${usage}`)
}

/**
 * The owner's URL of the database: DATABASE_URL, else that of the fleet that runs from this folder.
 *
 * @throws {ConfigurationError} when there is none
 */
export async function ownerUrlOf({ DATABASE_URL }: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (DATABASE_URL) return DATABASE_URL
  const data = dataFolder()
  const fleet = readState(data)
  const services = fleet?.running ? Object.values(fleet.state.processes) : []
  const url = services.map(({ environment }) => environment.DATABASE_URL).find((found) => found !== undefined)
  if (url === undefined)
    throw new ConfigurationError('The fleet does not run from this folder. Run npm start first, or set DATABASE_URL.')
  if (!fleet?.state.processes.postgres)
    throw new ConfigurationError('This fleet uses a database of its own: set DATABASE_URL to the URL of its owner.')
  return urlAs(url, CLUSTER_OWNER, (await openKeys(data, [])).databasePassword(CLUSTER_OWNER))
}
