-- Why a call was let through or refused, how long it took, and the id of the token that it came with.
alter table audit add column decision text, add column duration_ms integer, add column token_id text;

create or replace function append_audit(entries jsonb) returns void
  language sql security definer
as $$
  insert into audit (kind, decision, request_id, trace_id, subject, client_id, actor, grant_id, token_id, workflow_id,
                     approval_id, tool, arguments_digest, arguments, outcome, duration_ms)
  select e.kind, e.decision, e.request_id, e.trace_id, e.subject, e.client_id, e.actor, e.grant_id, e.token_id, e.workflow_id,
         e.approval_id, e.tool, decode(e.arguments_digest, 'hex'), e.arguments, e.outcome, e.duration_ms
  from jsonb_to_recordset(entries) as e(
    kind text, decision text, request_id text, trace_id text, subject text, client_id text, actor text, grant_id text,
    token_id text, workflow_id text, approval_id text, tool text, arguments_digest text, arguments jsonb, outcome jsonb,
    duration_ms integer)
$$;

-- `pg_temp` last: a temporary table of the caller must never stand in for the trail.
do $$
begin
  execute format('alter function append_audit(jsonb) set search_path = %I, pg_temp', current_schema());
end
$$;
