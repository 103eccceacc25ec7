create table account (
  name text primary key,
  balance integer not null,
  version integer not null default 1
);
insert into account (name, balance) select 'account-' || number, 10000 from generate_series(1, 40) as number;

-- The first row whose ceiling fits decides.
create table rule (
  up_to integer primary key,
  tier text not null
);
insert into rule values (10, 'A0'), (100, 'A1'), (1000, 'A2'), (100000, 'A3');

create table wire (
  id text primary key,
  account text not null,
  amount integer not null
);
