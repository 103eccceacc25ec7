-- The process of another service that a call was a step of, and the approval that the process was begun with.
alter table audit add column workflow_id text, add column approval_id text;

create or replace function append_audit(entries jsonb) returns void
  language sql security definer
as $$
  insert into audit (kind, request_id, trace_id, subject, client_id, actor, grant_id, workflow_id, approval_id, tool,
                     arguments_digest, arguments, outcome)
  select e.kind, e.request_id, e.trace_id, e.subject, e.client_id, e.actor, e.grant_id, e.workflow_id, e.approval_id, e.tool,
         decode(e.arguments_digest, 'hex'), e.arguments, e.outcome
  from jsonb_to_recordset(entries) as e(
    kind text, request_id text, trace_id text, subject text, client_id text, actor text, grant_id text, workflow_id text,
    approval_id text, tool text, arguments_digest text, arguments jsonb, outcome jsonb)
$$;

do $$
begin
  execute format('alter function append_audit(jsonb) set search_path = %I', current_schema());
end
$$;
