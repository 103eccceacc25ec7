-- What servers must refuse although its token is still alive. Servers poll by seq; `until` outlives every such token.
create table token_deny (
  seq bigint generated always as identity primary key,
  kind text not null check (kind in ('gid', 'jti', 'sub', 'client_id')),
  id text not null,
  until timestamptz not null
);

create index token_deny_until on token_deny (until);

-- Sign-ins, refusals, revocations. Rows are only ever added.
create table audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  event text not null,
  sub text,
  client_id text,
  address text,
  request_id text,
  detail jsonb
);

do $$
begin
  if exists (select 1 from pg_roles where rolname = current_schema()) then
    execute format('revoke update, delete, truncate on audit_event from %I', current_schema());
  end if;
end
$$;
