-- Calls of a caller in the running window, over all replicas. Nothing is lost with it but a minute's count.
create unlogged table rate_limit (
  key text primary key,
  used integer not null,
  ends_at timestamptz not null
);
create index rate_limit_ends_at on rate_limit (ends_at);
