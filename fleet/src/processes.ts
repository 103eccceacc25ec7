import type { DomainName } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import { type Connection, connect } from '@backroom/database'
import { retryParked } from '@backroom/workflows/operate'
import { processesInTrouble } from '@backroom/workflows/reconcile'
import colors from 'picocolors'
import { addressesHere } from './reconciliation/books.ts'

/**
 * `npm run processes [-- retry ID…]`: the processes of every domain that do not get on by themselves; `retry` has parked
 * ones go on with the step at which they stopped. Exits 1 while there are any, or when one cannot be retried.
 */
const [command, ...ids] = process.argv.slice(2)

try {
  if (command === undefined) await list()
  else if (command === 'retry' && ids.length > 0) await retry(ids)
  else throw new ConfigurationError('Use: npm run processes, or npm run processes -- retry ID…')
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function list(): Promise<void> {
  let count = 0
  await inEachDomain(async (domain, { db }) => {
    const { troubled } = await processesInTrouble(db, domain)
    count += troubled.length
    for (const { id, kind, subject, trouble, reason } of troubled)
      console.log(`${colors.bold(id)}  ${domain}, ${kind} of ${subject}: ${trouble}${reason ? `, ${reason}` : ''}`)
  })
  console.log(count === 0 ? 'Every process gets on.' : `${count} ${count === 1 ? 'process' : 'processes'} in trouble.`)
  if (count > 0) process.exitCode = 1
}

async function retry(wanted: readonly string[]): Promise<void> {
  const left = new Set(wanted)
  await inEachDomain(async (domain, { db }) => {
    const { troubled } = await processesInTrouble(db, domain)
    for (const { id, trouble } of troubled) {
      if (!left.has(id) || trouble !== 'parked') continue
      await retryParked(id, db)
      left.delete(id)
      console.log(`${id} of ${domain} goes on.`)
    }
  })
  for (const id of left) console.error(`${id} is not parked in any domain.`)
  if (left.size > 0) process.exitCode = 1
}

/** Domains of the fleet that runs here, or of DATABASE_URL, that run processes. */
async function inEachDomain(
  look: (domain: DomainName, connection: Connection<unknown>) => Promise<void>,
): Promise<void> {
  const { urls } = await addressesHere()
  for (const [domain, url] of Object.entries(urls) as [DomainName, string][]) {
    if (domain === 'catshop') continue
    const connection = connect<unknown>(url, { schema: domain, poolSize: 1 })
    await look(domain, connection).finally(() => connection.close())
  }
}
