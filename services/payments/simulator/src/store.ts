import { join } from 'node:path'
import { DatabaseSync, type SQLTagStore } from 'node:sqlite'

/** The provider's books: one SQLite file, on disk before any answer. Amounts in minor units, moments in epoch ms. */
export interface Store {
  sql: SQLTagStore
  /** Runs `work` whole or not at all. It is synchronous, so nothing comes between its statements. */
  transaction<T>(work: () => T): T
  close(): void
}

/** Opens (or creates) the books in a folder. */
export function openStore(folder: string): Store {
  const database = new DatabaseSync(join(folder, 'payment-simulator.sqlite'), { timeout: 5_000 })
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
  database.exec(tables)
  return {
    sql: database.createTagStore(),
    transaction(work) {
      database.exec('begin immediate')
      try {
        const result = work()
        database.exec('commit')
        return result
      } catch (error) {
        database.exec('rollback')
        throw error
      }
    },
    close: () => database.close(),
  }
}

const tables = `
create table if not exists authorization (
  id text primary key,
  intent_id text not null,
  order_ref text not null,
  customer_id text not null,
  method text not null,
  currency text not null,
  amount integer not null check (amount > 0),
  captured integer not null default 0 check (captured >= 0),
  voided integer not null default 0 check (voided >= 0),
  refunded integer not null default 0 check (refunded between 0 and captured),
  status text not null check (status in ('requires_action', 'authorized', 'declined', 'voided', 'expired')),
  risk text not null check (risk in ('normal', 'elevated')),
  capture_before integer not null,
  action_before integer,
  created_at integer not null,
  check (captured + voided <= amount)
) strict;
create index if not exists authorization_open on authorization (status, capture_before);
create index if not exists authorization_intent on authorization (intent_id);
create index if not exists authorization_time on authorization (created_at);

create table if not exists operation (
  id text primary key,
  key text not null unique,
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund', 'evidence', 'acceptance')),
  fingerprint text not null,
  authorization_id text not null references authorization,
  amount integer not null,
  status text not null check (status in ('succeeded', 'declined', 'failed', 'requires_action')),
  code text,
  message text,
  created_at integer not null
) strict;

create table if not exists dispute (
  id text primary key,
  authorization_id text not null unique references authorization,
  amount integer not null,
  reason text not null,
  status text not null check (status in ('needs_response', 'under_review', 'won', 'lost', 'accepted')),
  respond_by integer not null,
  evidence text,
  created_at integer not null
) strict;

create table if not exists movement (
  id integer primary key,
  kind text not null check (kind in ('capture', 'refund', 'dispute', 'dispute_reversal')),
  operation_key text,
  dispute_id text references dispute,
  authorization_id text not null references authorization,
  amount integer not null check (amount > 0),
  fee integer not null check (fee >= 0),
  currency text not null,
  booked_at integer not null
) strict;
create index if not exists movement_time on movement (booked_at);

create table if not exists notification (
  id text not null,
  copy integer not null,
  authorization_id text not null,
  body text not null,
  due_at integer not null,
  -- Waits for a later one of the same authorization to be taken first.
  held integer not null,
  attempts integer not null default 0,
  delivered_at integer,
  primary key (id, copy)
) strict;
create index if not exists notification_due on notification (due_at) where delivered_at is null;

create table if not exists behaviour (
  id integer primary key,
  operation text not null,
  behaviour text not null,
  times integer not null check (times > 0),
  delay_ms integer not null
) strict;

create table if not exists seeded (name text primary key) strict;
`
