-- One row a workflow: what was asked for, where it stands, how it ended. The engine's own tables are in a schema beside.
create table saga (
  id text primary key,
  workflow text not null,
  kind text not null,
  subject text not null,
  state text not null default 'running' check (state in ('running', 'completed', 'compensated', 'failed', 'parked')),
  input jsonb not null,
  output jsonb,
  error jsonb,
  -- Undone when it passes, unless the workflow has passed its pivot.
  deadline timestamptz,
  -- Takeovers since the workflow last ran for a minute.
  attempts integer not null default 0,
  -- Why it waits for an operator: {"step", "reason", "retryable", "rewind"}.
  parked jsonb,
  -- What the operator wants: taken up by the process that runs the workflow.
  verdict text check (verdict in ('retry', 'compensate', 'compensating')),
  -- Whether the engine's queue starts it; what no queue starts is found by the sweep.
  queued boolean not null default false,
  started_by text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((ended_at is null) = (state in ('running', 'parked')))
);
create index saga_subject on saga (subject);
create index saga_open on saga (kind, state) where ended_at is null;
create index saga_begun on saga (created_at) where state = 'running' and not queued;
create index saga_verdict on saga (id) where verdict is not null;

-- Local steps that have committed; written in the step's own transaction.
create table workflow_step (
  workflow_id text not null,
  step integer not null,
  output text not null,
  created_at timestamptz not null default now(),
  primary key (workflow_id, step)
);
create index workflow_step_created_at on workflow_step (created_at);

-- Writes the saga row and puts the workflow into the engine's queue, in the caller's transaction.
create function enqueue_saga(
  saga_id text, workflow_name text, saga_kind text, saga_subject text, saga_input jsonb, within_ms bigint, starter text,
  partition_key text, delay_ms bigint) returns void
  language plpgsql
as $$
declare
  engine constant text := current_schema() || '_workflow';
  queue constant text := case when partition_key is null then 'workflows' else 'ordered_workflows' end;
  now_ms constant bigint := extract(epoch from clock_timestamp()) * 1000;
begin
  insert into saga (id, workflow, kind, subject, input, deadline, started_by, queued)
  values (saga_id, workflow_name, saga_kind, saga_subject, saga_input,
          now() + make_interval(secs => (within_ms + coalesce(delay_ms, 0)) / 1000.0), starter, true)
  on conflict (id) do nothing;
  if not found then
    return;
  end if;
  execute format(
    'select %I.enqueue_workflow(workflow_name => $1, queue_name => $2, workflow_id => $3, queue_partition_key => $4,
                                delay_until_epoch_ms => $5, application_name => $6)', engine)
    using workflow_name, queue, saga_id, partition_key, now_ms + nullif(delay_ms, 0), current_schema()::text;
  if partition_key is not null then
    -- The engine dates a workflow by the start of its transaction; order needs the moment of the enqueueing.
    execute format(
      'update %1$I.workflow_status set created_at = greatest($1, (
         select max(created_at) + 1 from %1$I.workflow_status
         where queue_name = $2 and queue_partition_key = $3 and status in (''ENQUEUED'', ''PENDING'') and workflow_uuid <> $4))
       where workflow_uuid = $4', engine)
      using now_ms, queue, partition_key, saga_id;
  end if;
end
$$;

-- Leaves a message for a workflow, in the caller's transaction.
create function send_to_workflow(workflow_id text, topic text, message json) returns void
  language plpgsql
as $$
begin
  execute format('select %I.send_message(destination_id => $1, message => $2, topic => $3)', current_schema() || '_workflow')
    using workflow_id, message, topic;
end
$$;
