create table entry (
  id bigint generated always as identity primary key,
  account text not null,
  amount integer not null
);
create table transfer (
  id text primary key,
  amount integer not null,
  outcome text
);
