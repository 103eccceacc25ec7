-- The trail of auth has the name that it has in every other schema, and rows come through a function alone.
alter table audit_event rename to audit;

create function append_audit(entries jsonb) returns void
  language sql security definer
as $$
  insert into audit (event, sub, client_id, address, request_id, detail)
  select e.event, e.sub, e.client_id, e.address, e.request_id, e.detail
  from jsonb_to_recordset(entries) as e(
    event text, sub text, client_id text, address text, request_id text, detail jsonb)
$$;

-- `pg_temp` last: a temporary table of the caller must never stand in for the trail.
do $$
begin
  execute format('alter function append_audit(jsonb) set search_path = %I, pg_temp', current_schema());
  execute 'revoke all on function append_audit(jsonb) from public';
  execute format('grant execute on function append_audit(jsonb) to %I', current_schema());
  execute format('revoke insert on audit from %I', current_schema());
end
$$;
