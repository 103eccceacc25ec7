-- Plans ------------------------------------------------------------------------------------------------------------

create table route_plan (
  id text collate "C" primary key,
  depot_id text collate "C" not null references depot,
  day date not null,
  -- day: a plan from nothing. replan: a change of the plan that it is based on.
  kind text not null check (kind in ('day', 'replan')),
  status text not null check (status in ('draft', 'optimising', 'proposed', 'approved', 'dispatched', 'in_progress',
    'completed', 'cancelled', 'rejected', 'superseded')),
  objective text not null,
  solver text not null,
  time_budget_s integer not null check (time_budget_s between 1 and 300),
  seed integer not null,
  -- What was asked for, and the problem that was made of it.
  request jsonb not null,
  problem jsonb not null,
  progress jsonb,
  -- Why there is no plan, when it was cancelled.
  message text,
  distance_m bigint,
  drive_s integer,
  cost_minor bigint,
  currency text not null,
  lateness_s integer,
  unassigned jsonb not null default '[]',
  baseline jsonb,
  base_plan_id text collate "C" references route_plan,
  base_route_id text collate "C",
  -- Versions of the routes that a replan changes.
  base_versions jsonb,
  created_by text not null,
  created_at timestamptz not null default now(),
  proposed_at timestamptz,
  approved_by text,
  approved_at timestamptz,
  version bigint not null default 1
);

create index route_plan_by_day on route_plan (day, depot_id, id);

create table route (
  id text collate "C" primary key,
  plan_id text collate "C" not null references route_plan,
  driver_id text collate "C" references driver,
  vehicle_id text collate "C" not null references vehicle,
  day date not null,
  -- proposed: of a plan that nobody has approved.
  status text not null check (status in ('proposed', 'planned', 'dispatched', 'in_progress', 'completed', 'cancelled')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  distance_m bigint not null check (distance_m >= 0),
  drive_s integer not null check (drive_s >= 0),
  waiting_s integer not null check (waiting_s >= 0),
  cost_minor bigint not null check (cost_minor >= 0),
  currency text not null,
  -- Pauses as [{starts_at, seconds}].
  breaks jsonb not null default '[]',
  dispatched_at timestamptz,
  completed_at timestamptz,
  version bigint not null default 1
);

create index route_by_plan on route (plan_id, id);
create index route_by_day on route (day, id);
create index route_by_driver on route (driver_id, day) where status in ('planned', 'dispatched', 'in_progress', 'completed');
-- A vehicle and a driver are on one route at a time.
create unique index route_of_driver on route (driver_id, day) where status in ('planned', 'dispatched', 'in_progress');
create unique index route_of_vehicle on route (vehicle_id, day) where status in ('planned', 'dispatched', 'in_progress');

create table stop (
  id text collate "C" primary key,
  route_id text collate "C" not null references route,
  seq integer not null,
  kind text not null check (kind in ('delivery', 'pickup')),
  shipment_id text collate "C" not null references shipment,
  status text not null check (status in ('proposed', 'scheduled', 'en_route', 'arrived', 'completed', 'failed', 'cancelled')),
  latitude double precision not null,
  longitude double precision not null,
  geocode_quality text not null,
  eta timestamptz not null,
  window_from timestamptz,
  window_to timestamptz,
  service_s integer not null,
  lateness_s integer not null default 0 check (lateness_s >= 0),
  -- On board when the stop is left: grams, cubic centimetres, parcels.
  load_after jsonb not null,
  reason text,
  arrived_at timestamptz,
  ended_at timestamptz,
  version bigint not null default 1
);

create index stop_by_route on stop (route_id, seq);
create index stop_by_shipment on stop (shipment_id, id);
-- A shipment is on one route at a time.
create unique index stop_of_shipment on stop (shipment_id) where status in ('scheduled', 'en_route', 'arrived');

create table proof_of_delivery (
  id text collate "C" primary key,
  stop_id text collate "C" not null unique references stop,
  shipment_id text collate "C" not null references shipment,
  kind text not null check (kind in ('photo', 'signature', 'pin', 'geofence')),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  blob_ref text,
  recipient text,
  latitude double precision,
  longitude double precision,
  recorded_by text not null,
  recorded_at timestamptz not null default now()
);

create index proof_by_shipment on proof_of_delivery (shipment_id, id);

-- Positions --------------------------------------------------------------------------------------------------------

-- Where drivers were; kept for 30 days, a partition a day.
create table position (
  driver_id text collate "C" not null,
  ts timestamptz not null default now(),
  latitude double precision not null,
  longitude double precision not null
) partition by range (ts);

create index position_by_driver on position (driver_id, ts desc);

-- Makes the partitions of the coming days and drops those of more than 30 days ago. The service may call it but owns no
-- table, hence "definer".
create function keep_positions() returns void
language plpgsql security definer set search_path from current as $$
declare
  day date;
  part text;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.position_partitions', 0));
  for day in select generate_series(current_date - 1, current_date + 7, interval '1 day')::date loop
    part := 'position_' || to_char(day, 'YYYY_MM_DD');
    if to_regclass(part) is null then
      execute format('create table %I partition of position for values from (%L) to (%L)', part,
        day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
    end if;
  end loop;
  for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'position'::regclass and c.relname < 'position_' || to_char(current_date - 30, 'YYYY_MM_DD') loop
    execute format('drop table %I', part);
  end loop;
end $$;

select keep_positions();
