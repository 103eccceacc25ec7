-- Depots, drivers and vehicles -------------------------------------------------------------------------------------

create table depot (
  id text collate "C" primary key,
  warehouse_id text collate "C" not null unique,
  name text not null,
  address jsonb not null,
  latitude double precision not null check (latitude between -90 and 90),
  longitude double precision not null check (longitude between -180 and 180),
  timezone text not null,
  -- Which rules on working time hold here.
  hours_rule text not null,
  active boolean not null default true
);

-- Where the own fleet of a depot delivers; what is ordered after the cutoff rides a day later.
create table service_area (
  id text collate "C" primary key,
  depot_id text collate "C" not null references depot,
  name text not null,
  -- Corners as [longitude, latitude].
  polygon jsonb not null,
  cutoff_time text not null
);

-- Limits on working time; a planner, a person who assigns and every later check read the same row.
create table hours_rule (
  id text collate "C" primary key,
  name text not null,
  max_drive_day_s integer not null check (max_drive_day_s > 0),
  max_duty_day_s integer not null check (max_duty_day_s > 0),
  max_drive_week_s integer not null check (max_drive_week_s > 0),
  -- A pause of break_s is due after this much driving.
  break_after_s integer not null check (break_after_s > 0),
  break_s integer not null check (break_s > 0)
);

alter table depot add foreign key (hours_rule) references hours_rule;

create table vehicle (
  id text collate "C" primary key,
  plate text not null unique,
  type text not null,
  depot_id text collate "C" not null references depot,
  capacity_g integer not null check (capacity_g > 0),
  capacity_cm3 integer not null check (capacity_cm3 > 0),
  capacity_parcels integer not null check (capacity_parcels > 0),
  skills text[] not null default '{}',
  fixed_cost_minor bigint not null check (fixed_cost_minor >= 0),
  cost_per_km_minor bigint not null check (cost_per_km_minor >= 0),
  cost_per_hour_minor bigint not null check (cost_per_hour_minor >= 0),
  currency text not null,
  -- What one charge is good for; null for other engines.
  range_m integer check (range_m > 0),
  status text not null default 'active' check (status in ('active', 'maintenance', 'retired'))
);

create index vehicle_by_depot on vehicle (depot_id, id);

create table driver (
  id text collate "C" primary key,
  name text not null,
  phone text not null,
  -- The account that the driver signs in with.
  account text unique,
  licence_class text not null,
  licence_expiry date not null,
  depot_id text collate "C" not null references depot,
  skills text[] not null default '{}',
  -- Usual working day: local times and ISO weekdays.
  shift_starts text not null,
  shift_ends text not null,
  weekdays integer[] not null default '{1,2,3,4,5,6,7}',
  vehicle_id text collate "C" references vehicle,
  status text not null default 'off' check (status in ('off', 'available', 'assigned', 'on_route', 'break')),
  rating double precision not null default 5 check (rating between 0 and 5),
  version bigint not null default 1
);

create index driver_by_depot on driver (depot_id, id);

create table shift (
  id text collate "C" primary key,
  driver_id text collate "C" not null references driver,
  vehicle_id text collate "C" references vehicle,
  day date not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  unique (driver_id, day),
  check (starts_at < ends_at)
);

create index shift_by_day on shift (day, driver_id);

-- Carriers ---------------------------------------------------------------------------------------------------------

create table carrier (
  id text collate "C" primary key,
  name text not null,
  -- The retailer's own vehicles.
  own_fleet boolean not null default false,
  tracking_url text,
  currency text not null,
  -- What the carrier owes for a lost or damaged parcel, unless it was insured.
  liability_parcel_minor bigint not null check (liability_parcel_minor >= 0),
  claim_damage_days integer not null check (claim_damage_days > 0),
  claim_loss_days integer not null check (claim_loss_days > 0),
  -- Without a scan for so long, a parcel under way counts as lost.
  lost_after_s integer not null check (lost_after_s > 0),
  active boolean not null default true
);

-- How far apart two places are, as carriers price it.
create table zone (
  zone integer primary key,
  up_to_km integer not null check (up_to_km > 0)
);

create table carrier_service (
  carrier_id text collate "C" not null references carrier,
  code text collate "C" not null,
  name text not null,
  max_weight_g integer not null check (max_weight_g > 0),
  -- Percent on top, in basis points.
  fuel_bp integer not null default 0 check (fuel_bp >= 0),
  primary key (carrier_id, code)
);

create table rate_card (
  carrier_id text collate "C" not null,
  service text collate "C" not null,
  zone integer not null references zone,
  transit_days integer not null check (transit_days >= 0),
  base_minor bigint not null check (base_minor >= 0),
  per_kg_minor bigint not null check (per_kg_minor >= 0),
  primary key (carrier_id, service, zone),
  foreign key (carrier_id, service) references carrier_service
);

-- Days that a service level promises.
create table service_level (
  code text collate "C" primary key,
  name text not null,
  days integer not null check (days >= 0)
);

-- Policy -----------------------------------------------------------------------------------------------------------

-- Up to which value an account may act without somebody's agreement; account '*' stands for everybody.
create table approval_limit (
  tool text not null,
  account text not null,
  limit_minor bigint not null check (limit_minor >= 0),
  currency text not null,
  primary key (tool, account, currency)
);
