import type { DomainName } from '@backroom/access'
import type { Retail } from '../retail/retail.ts'

/** What a server writes of calls and processes, besides their effects; and sums that a schedule folds. */
const bookkeeping = new Set([
  ...[
    'idempotency',
    'audit',
    'audit_seal',
    'client_usage',
    'saga',
    'workflow_step',
    'seeded',
    'fact',
    'provider_event',
  ],
  ...['demand_delta', 'sku_demand_daily', 'demand_daily', 'demand_state', 'warehouse_summary'],
])

/** What schedules write whenever their time comes. */
const writtenByTheClock = ['driver.status', 'rma.label_checked_at']

/**
 * One text for all that a domain keeps: equal texts, equal state.
 *
 * @param except tables, or columns as `table.column`, that do not count
 */
export async function stateOf({ rows }: Retail, domain: DomainName, except: readonly string[] = []): Promise<string> {
  const tables = await rows<{ name: string }>(
    domain,
    `select c.relname as name from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' order by 1`,
    [domain],
  )
  const parts = tables
    .filter(({ name }) => !bookkeeping.has(name) && !except.includes(name))
    .map(({ name }) => {
      const columns = [...writtenByTheClock, ...except]
        .filter((one) => one.startsWith(`${name}.`))
        .map((one) => one.slice(name.length + 1))
      const row = `(to_jsonb(t) - '{${columns.join()}}'::text[])::text`
      // Movements are only ever added.
      const content = name.startsWith('movement') ? 'count(*)' : `sum(hashtextextended(${row}, 0))`
      return `select '${name}' as name, count(*) as count, ${content} as sum from "${name}" t`
    })
  const states = await rows<{ name: string; count: string; sum: string }>(domain, parts.join(' union all '))
  return states.map(({ name, count, sum }) => `${name} ${count} ${sum}`).join('\n')
}
