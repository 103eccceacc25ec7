-- One row a write call that may be repeated: what was asked, and what was answered.
create table idempotency (
  id bigint generated always as identity unique,
  principal text not null,
  operation text not null,
  key text not null,
  client text not null,
  fingerprint bytea not null,
  state text not null check (state in ('in_flight', 'pending', 'done')),
  workflow_id text,
  approval_id text,
  response jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (principal, operation, key)
);
create index idempotency_expires_at on idempotency (expires_at);

-- Takes the locks of keys and says what is known of them. Locks and look-up are statements of their own: each has its own
-- snapshot, so that whoever gets a lock also sees what its last holder committed.
create function claim_keys(principals text[], operations text[], keys text[], suspicion interval)
  returns table (
    locked boolean, id bigint, fingerprint text, state text, workflow_id text, response jsonb, recent boolean, expired boolean)
  language plpgsql volatile
as $$
#variable_conflict use_column
declare
  locks boolean[];
begin
  locks := array(
    select pg_try_advisory_xact_lock(
      hashtextextended(concat_ws('|', current_schema(), c.principal, c.operation, c.key), 0))
    from unnest(principals, operations, keys) with ordinality as c(principal, operation, key, place)
    order by c.place);
  return query
    select locks[c.place], i.id, encode(i.fingerprint, 'hex'), i.state, i.workflow_id, i.response,
           i.created_at > now() - suspicion, i.expires_at <= now()
    from unnest(principals, operations, keys) with ordinality as c(principal, operation, key, place)
    left join idempotency i using (principal, operation, key)
    order by c.place;
end
$$;

-- Who did what on whose behalf, and what came of it. The service may add and read, never change.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null check (kind in ('effect', 'refusal', 'failure')),
  request_id text not null,
  trace_id text,
  subject text not null,
  client_id text not null,
  actor text,
  grant_id text,
  tool text not null,
  arguments_digest bytea not null,
  arguments jsonb not null,
  outcome jsonb not null
);
create index audit_subject_at on audit (subject, at desc);
create index audit_tool_at on audit (tool, at desc);

do $$
begin
  execute format('revoke insert, update, delete, truncate on audit from %I', current_schema());
end
$$;

create function append_audit(entries jsonb) returns void
  language sql security definer
as $$
  insert into audit (kind, request_id, trace_id, subject, client_id, actor, grant_id, tool, arguments_digest, arguments, outcome)
  select e.kind, e.request_id, e.trace_id, e.subject, e.client_id, e.actor, e.grant_id, e.tool,
         decode(e.arguments_digest, 'hex'), e.arguments, e.outcome
  from jsonb_to_recordset(entries) as e(
    kind text, request_id text, trace_id text, subject text, client_id text, actor text, grant_id text, tool text,
    arguments_digest text, arguments jsonb, outcome jsonb)
$$;

do $$
begin
  execute format('alter function append_audit(jsonb) set search_path = %I', current_schema());
  execute 'revoke all on function append_audit(jsonb) from public';
  execute format('grant execute on function append_audit(jsonb) to %I', current_schema());
end
$$;

-- Set once the demo data of this schema is in place.
create table seeded (at timestamptz not null default now());
