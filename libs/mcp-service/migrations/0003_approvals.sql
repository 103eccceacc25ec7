-- A call that waits for a person: what exactly it would do, for whom, and what became of it.
create table approval_request (
  id text collate "C" primary key,
  tool text not null,
  tier text not null check (tier in ('A1', 'A2', 'A3')),
  required smallint not null check (required = case tier when 'A3' then 2 else 1 end),
  -- What a yes is bound to: the arguments, the version of the object that they change, and what the policy said.
  arguments jsonb not null,
  arguments_digest text not null check (length(arguments_digest) = 64),
  subject text,
  subject_version text,
  policy_version text not null,
  -- What a person is shown.
  summary text not null,
  reason text,
  changes jsonb not null,
  risks jsonb not null,
  amount_minor bigint,
  currency text,
  -- Who asked, and through which client.
  requested_by text not null,
  client_id text not null,
  grant_id text,
  requester jsonb not null,
  trace_id text,
  -- A second, separate call with the same arguments.
  separate boolean not null default false,
  status text not null default 'pending' check (status in (
    'pending', 'executed', 'failed', 'rejected', 'expired', 'superseded', 'cancelled')),
  workflow_id text,
  result jsonb,
  error jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  check ((amount_minor is null) = (currency is null)),
  check ((status = 'pending') = (ended_at is null))
);
create unique index approval_request_waiting on approval_request (requested_by, arguments_digest)
  where status = 'pending' and not separate;
create index approval_request_expiry on approval_request (expires_at) where status = 'pending';
create index approval_request_requester on approval_request (requested_by, id desc);
create index approval_request_status on approval_request (status, id desc);

-- What a person said. Rows are added and never changed.
create table approval_decision (
  request text collate "C" not null references approval_request,
  approver text not null,
  verdict text not null check (verdict in ('approve', 'reject')),
  comment text,
  -- How the person proved to be there.
  methods text[] not null,
  -- Id of the statement that carried the decision; it counts once.
  statement_id text not null unique,
  decided_at timestamptz not null default now(),
  primary key (request, approver)
);

-- Nobody decides about what nobody asks any more, and above A1 nobody decides about an own request.
create function check_approval_decision() returns trigger
  language plpgsql
as $$
declare
  asked approval_request;
begin
  select * into strict asked from approval_request where id = new.request for update;
  if asked.status <> 'pending' or asked.expires_at <= now() then
    raise exception 'request % is decided', new.request using errcode = '23514', constraint = 'approval_still_pending';
  end if;
  if (asked.tier = 'A1') <> (asked.requested_by = new.approver) then
    raise exception 'wrong person for %', new.request using errcode = '23514', constraint = 'approval_by_the_right_person';
  end if;
  return new;
end
$$;
create trigger approval_decision_check before insert on approval_decision
  for each row execute function check_approval_decision();

-- A request ends once, and has its effect only with the agreement of enough different persons.
create function check_approval_ending() returns trigger
  language plpgsql
as $$
begin
  if old.status <> 'pending' and not (old.status = 'executed' and new.status in ('executed', 'failed')) then
    raise exception 'request % has ended', old.id using errcode = '23514', constraint = 'approval_ends_once';
  end if;
  if old.status = 'pending' and new.status in ('executed', 'failed') and (
    select count(distinct approver) from approval_decision where request = old.id and verdict = 'approve'
  ) < old.required then
    raise exception 'too few agreed to %', old.id using errcode = '23514', constraint = 'approval_by_enough';
  end if;
  return new;
end
$$;
create trigger approval_request_check before update on approval_request
  for each row execute function check_approval_ending();

do $$
begin
  execute format('revoke update, delete, truncate on approval_decision from %I', current_schema());
  execute format('revoke update, delete, truncate on approval_request from %I', current_schema());
  execute format('grant update (status, workflow_id, result, error, ended_at) on approval_request to %I', current_schema());
end
$$;

-- A key may stand for a call that waits for a person.
drop function claim_keys(text[], text[], text[], interval);
create function claim_keys(principals text[], operations text[], keys text[], suspicion interval)
  returns table (
    locked boolean, id bigint, fingerprint text, state text, workflow_id text, approval_id text, waiting boolean,
    response jsonb, recent boolean, expired boolean)
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
    select locks[c.place], i.id, encode(i.fingerprint, 'hex'), i.state, i.workflow_id, i.approval_id,
           exists (select from approval_request a where a.id = i.approval_id and a.status = 'pending' and a.expires_at > now()),
           i.response, i.created_at > now() - suspicion, i.expires_at <= now()
    from unnest(principals, operations, keys) with ordinality as c(principal, operation, key, place)
    left join idempotency i using (principal, operation, key)
    order by c.place;
end
$$;

-- request: a call was laid before a person. decision: what the person said.
alter table audit drop constraint audit_kind_check,
  add constraint audit_kind_check check (kind in ('effect', 'refusal', 'failure', 'request', 'decision'));
