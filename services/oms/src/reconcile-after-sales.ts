import { type Kysely, sql } from 'kysely'
import type { CompensationSource, Tables } from './database-tables.ts'

/** Units of an order line that orders keeps, or has used, for a return or a claim. */
export interface DrawnUnits {
  source_id: string
  order_id: string
  order_line_id: string
  qty: number
}

/** What a resolution or a settlement has given; minor units. */
export interface GivenMoney {
  source_id: string
  order_id: string
  minor: number
}

/** Names under which returns or claims have drawn, in order. */
export function drawNames(db: Kysely<Tables>, source: CompensationSource, after: string, limit: number) {
  return causesIn(db, 'entitlement_draw', source, after, limit)
}

/** Resolutions or settlements for which something was given, in order. */
export function givenCauses(db: Kysely<Tables>, source: CompensationSource, after: string, limit: number) {
  return causesIn(db, 'compensation', source, after, limit)
}

/** What was drawn under the names and not given back. */
export async function drawsNamed(
  db: Kysely<Tables>,
  source: CompensationSource,
  names: readonly string[],
): Promise<DrawnUnits[]> {
  const { rows } = await sql<DrawnUnits>`
    select source_id, order_id, order_line_id, qty from entitlement_draw
    where source = ${source} and source_id = any(${names}) and state <> 'released'`.execute(db)
  return rows
}

/** What was given for each of the resolutions or settlements. */
export async function givenFor(
  db: Kysely<Tables>,
  source: CompensationSource,
  causes: readonly string[],
): Promise<GivenMoney[]> {
  const { rows } = await sql<GivenMoney>`
    select source_id, min(order_id) as order_id, sum(minor)::bigint as minor from compensation
    where source = ${source} and source_id = any(${causes}) group by source_id`.execute(db)
  return rows
}

async function causesIn(
  db: Kysely<Tables>,
  table: 'entitlement_draw' | 'compensation',
  source: CompensationSource,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ source_id: string }>`
    select distinct source_id from ${sql.table(table)} where source = ${source} and source_id > ${after}
    order by source_id limit ${limit}`.execute(db)
  return rows.map(({ source_id }) => source_id)
}
