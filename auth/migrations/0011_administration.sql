-- Tokens that were issued later are good again: a person that was locked, or a client that was frozen, may come back.
alter table token_deny add column issued_before timestamptz;

-- Clients that get nothing more until they are thawed.
create table frozen_client (
  client_id text primary key,
  reason text not null,
  frozen_by text not null,
  frozen_at timestamptz not null default now()
);
