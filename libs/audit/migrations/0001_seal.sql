-- The chain over the table `audit` of this schema. A sealer adds to it in batches, so that writers of the trail never wait
-- for each other: each hash covers the one before it, the position and the row.
create table audit_seal (
  position bigint primary key check (position > 0),
  audit_id bigint not null unique,
  hash bytea not null
);
create index audit_at on audit (at);

do $$
begin
  execute format('revoke insert, update, delete, truncate on audit_seal from %I', current_schema());
end
$$;

-- Not even the owner changes a row by mistake.
create function refuse_audit_change() returns trigger
  language plpgsql
as $$
begin
  raise exception 'the audit trail is only ever added to';
end
$$;
create trigger append_only before update or delete or truncate on audit
  for each statement execute function refuse_audit_change();
create trigger append_only before update or delete or truncate on audit_seal
  for each statement execute function refuse_audit_change();

-- Seals the oldest rows that the chain does not hold yet, and answers how many, and where the chain ends then; no row when
-- another sealer is at work. Rows commit out of order, but not a minute late: only `everything` looks for older ones.
create function seal_audit(most integer, everything boolean)
  returns table (sealed integer, "position" bigint, hash text)
  language plpgsql security definer set timezone = 'UTC' set bytea_output = 'hex'
as $$
declare
  head audit_seal;
  since timestamptz := '-infinity';
  entry record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.audit_seal', 0)) then
    return;
  end if;
  sealed := 0;
  select * into head from audit_seal s order by s.position desc limit 1;
  if not found then
    head.position := 0;
    head.hash := sha256(convert_to('audit trail of ' || current_schema(), 'UTF8'));
  elsif not everything then
    select a.at - interval '1 minute' into since from audit a where a.id = head.audit_id;
  end if;
  for entry in
    select a.id, (select jsonb_object_agg(key, value)::text from jsonb_each(to_jsonb(a)) where value <> 'null') as text
    from audit a
    where a.at >= coalesce(since, '-infinity') and not exists (select from audit_seal s where s.audit_id = a.id)
    order by a.id
    limit most
  loop
    head.position := head.position + 1;
    head.hash := sha256(head.hash || int8send(head.position) || convert_to(entry.text, 'UTF8'));
    insert into audit_seal (position, audit_id, hash) values (head.position, entry.id, head.hash);
    sealed := sealed + 1;
  end loop;
  "position" := head.position;
  hash := encode(head.hash, 'hex');
  return next;
end
$$;

-- `pg_temp` last: a temporary table of the caller must never stand in for one of these.
do $$
begin
  execute format('alter function seal_audit(integer, boolean) set search_path = %I, pg_temp', current_schema());
  execute 'revoke all on function seal_audit(integer, boolean) from public';
  execute format('grant execute on function seal_audit(integer, boolean) to %I', current_schema());
end
$$;
