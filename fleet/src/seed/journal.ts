import type { BulkConnection, BulkTerms } from '@backroom/demo-data/bulk'
import type { BulkSize } from './settings.ts'

/** Orders that were asked for together, and the terms that all schemas make them by. */
export interface BulkRun {
  from: number
  to: number
  terms: BulkTerms
}

type RunRow = { from: number; to: number; anchor: string; skus: number; warehouses: number }

/** Makes the tables that remember how far seeding came, in a schema of their own. */
export async function openJournal(connection: BulkConnection): Promise<void> {
  await connection.query(`
    create schema if not exists bulk_seed;
    create table if not exists bulk_seed.progress (part text primary key, done bigint not null default 0);
    create table if not exists bulk_seed.run (
      last_order bigint primary key, anchor date not null, skus bigint not null, warehouses integer not null)`)
}

/**
 * The runs so far, with a new one for orders that none of them covers. An order is made by the terms of its run, whenever
 * that happens.
 */
export async function runsFor(connection: BulkConnection, { skus, orders, warehouses }: BulkSize): Promise<BulkRun[]> {
  await connection.query(
    `insert into bulk_seed.run (last_order, anchor, skus, warehouses)
     select $1::bigint, (select coalesce(min(r.anchor), min(s.at at time zone 'utc')::date) from oms.seeded s left join bulk_seed.run r on true),
       $2::bigint, $3::integer
     where $1::bigint > (select coalesce(max(last_order), -1) from bulk_seed.run)`,
    [orders, skus, warehouses],
  )
  const { rows } = await connection.query<RunRow>(
    `select (lag(last_order, 1, 0) over runs + 1)::float8 as "from", last_order::float8 as "to", anchor::text, skus::float8,
       warehouses
     from bulk_seed.run window runs as (order by last_order) order by last_order`,
  )
  return rows.map(({ from, to, ...terms }) => ({ from, to, terms }))
}

/** How many SKUs or orders a part has been filled with. */
export async function doneOf(connection: BulkConnection, part: string): Promise<number> {
  const { rows } = await connection.query<{ done: number }>(
    'select done::float8 from bulk_seed.progress where part = $1',
    [part],
  )
  return rows[0]?.done ?? 0
}

/** Notes progress, in the transaction that makes it. */
export async function noteDone(connection: BulkConnection, part: string, done: number): Promise<void> {
  await connection.query(
    `insert into bulk_seed.progress (part, done) values ($1, $2)
     on conflict (part) do update set done = excluded.done`,
    [part, done],
  )
}
