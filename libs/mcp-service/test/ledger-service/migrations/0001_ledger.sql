create table entry (
  id bigint generated always as identity primary key,
  account text not null,
  amount integer not null,
  transaction text not null default pg_current_xact_id()::text
);
create table transfer (
  id text primary key,
  amount integer not null,
  outcome text
);
