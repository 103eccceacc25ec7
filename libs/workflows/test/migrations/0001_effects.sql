-- What workflows of the tests have done: one row an effect.
create table effect (
  id bigint generated always as identity primary key,
  workflow_id text not null,
  name text not null
);

-- What the tests' callee was asked, and whether it did it.
create table asked (
  key text primary key,
  tool text not null,
  times integer not null default 0,
  done boolean not null default false
);
