-- Shipments --------------------------------------------------------------------------------------------------------

create table shipment (
  id text collate "C" primary key,
  direction text not null check (direction in ('outbound', 'return')),
  order_ref text collate "C",
  -- The sender's own name of it: what a repeated request is recognised by.
  shipment_ref text collate "C",
  rma_number text collate "C",
  replaces text collate "C" references shipment,
  -- The depot that it leaves from, or that a return comes to.
  depot_id text collate "C" not null references depot,
  ship_from jsonb not null,
  ship_to jsonb not null,
  -- The end that is not the depot.
  latitude double precision,
  longitude double precision,
  geocode_quality text not null check (geocode_quality in ('given', 'postal_code', 'city', 'none')),
  service_level text collate "C" not null references service_level,
  carrier_id text collate "C" references carrier,
  status text not null check (status in ('created', 'rated', 'labelled', 'planned', 'ready', 'picked_up', 'in_transit',
    'out_for_delivery', 'delivered', 'failed_attempt', 'held_at_location', 'return_to_sender', 'returned', 'exception',
    'lost', 'voided', 'delivery_disputed')),
  promised_by timestamptz not null,
  window_from timestamptz,
  window_to timestamptz,
  skills text[] not null default '{}',
  priority integer not null default 50 check (priority between 0 and 100),
  service_s integer not null default 300 check (service_s between 0 and 14400),
  proof_required boolean not null default true,
  declared_value_minor bigint check (declared_value_minor >= 0),
  cod_minor bigint check (cod_minor >= 0),
  currency text not null,
  -- The last of its tracking events, and what has been told to others of them.
  last_scan_at timestamptz,
  picked_up_at timestamptz,
  delivered_at timestamptz,
  returned_at timestamptz,
  lost_reported_at timestamptz,
  void_reason text,
  created_by text not null,
  created_at timestamptz not null default now(),
  version bigint not null default 1,
  check (direction = 'outbound' or rma_number is not null)
);

create unique index shipment_by_ref on shipment (shipment_ref);
create unique index shipment_by_return on shipment (rma_number) where direction = 'return' and status <> 'voided';
create index shipment_by_order on shipment (order_ref, id);
create index shipment_by_status on shipment (status, id);
create index shipment_plannable on shipment (depot_id, id) where status in ('labelled', 'failed_attempt');
create index shipment_silent on shipment (last_scan_at)
  where status in ('picked_up', 'in_transit', 'out_for_delivery', 'failed_attempt', 'exception') and lost_reported_at is null;

create table parcel (
  id text collate "C" primary key,
  shipment_id text collate "C" not null references shipment,
  seq integer not null,
  package_id text,
  barcode text collate "C" not null unique,
  weight_g integer not null check (weight_g >= 0),
  volume_cm3 integer not null check (volume_cm3 >= 0),
  -- Units inside, as [{sku, qty}].
  lines jsonb not null,
  insured boolean not null default false,
  unique (shipment_id, seq)
);

-- The request to a carrier to take a shipment, all its parcels together. Its id is the carrier's key for ever.
create table label (
  id text collate "C" primary key,
  shipment_id text collate "C" not null references shipment,
  carrier_id text collate "C" not null,
  service text collate "C" not null,
  cost_minor bigint not null check (cost_minor >= 0),
  currency text not null,
  promised_on date not null,
  status text not null check (status in ('requested', 'purchased', 'failed', 'void_requested', 'voided')),
  refund_minor bigint check (refund_minor >= 0),
  message text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  purchased_at timestamptz,
  voided_at timestamptz,
  foreign key (carrier_id, service) references carrier_service
);

create unique index label_live on label (shipment_id) where status in ('requested', 'purchased', 'void_requested');
create index label_by_shipment on label (shipment_id, id);

-- What sticks on each parcel of a label that was bought.
create table parcel_label (
  tracking_no text collate "C" primary key,
  label_id text collate "C" not null references label,
  parcel_id text collate "C" not null references parcel,
  unique (label_id, parcel_id)
);

-- Everything that was ever heard of a shipment; a state is a fold of these rows and nothing else.
create table tracking_event (
  id bigint generated always as identity primary key,
  shipment_id text collate "C" not null references shipment,
  -- Null: all its parcels.
  parcel_id text collate "C" references parcel,
  source text collate "C" not null,
  source_event_id text collate "C" not null,
  code text not null check (code in ('label_created', 'picked_up', 'in_transit', 'out_for_delivery', 'failed_attempt',
    'held_at_location', 'delivered', 'return_to_sender', 'returned', 'exception', 'exception_resolved', 'lost',
    'delivery_disputed')),
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  place text,
  detail text,
  raw jsonb,
  unique (source, source_event_id)
);

create index tracking_event_by_shipment on tracking_event (shipment_id, occurred_at);

do $$
begin
  execute format('revoke update, delete, truncate on tracking_event from %I', current_schema());
end $$;

create table delivery_exception (
  id text collate "C" primary key,
  shipment_id text collate "C" not null references shipment,
  type text not null check (type in ('damage', 'missing', 'address', 'refused', 'delay', 'other')),
  severity text not null check (severity in ('low', 'medium', 'high')),
  status text not null check (status in ('open', 'resolved')),
  note text,
  -- One exception for one scan, however often it is told.
  cause text collate "C" not null unique,
  reported_by text not null,
  reported_at timestamptz not null default now(),
  resolution text,
  resolution_note text,
  resolved_by text,
  resolved_at timestamptz
);

create index delivery_exception_open on delivery_exception (severity, id) where status = 'open';
create index delivery_exception_by_shipment on delivery_exception (shipment_id, id);

-- A collection that somebody was asked for.
create table pickup (
  id text collate "C" primary key,
  shipment_id text collate "C" not null references shipment,
  carrier_id text collate "C" not null references carrier,
  window_from timestamptz not null,
  window_to timestamptz not null,
  status text not null check (status in ('requested', 'confirmed', 'failed', 'done')),
  confirmation text,
  message text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  check (window_from < window_to)
);

create unique index pickup_live on pickup (shipment_id) where status in ('requested', 'confirmed');

-- A shipment under way that is to come back.
create table interception (
  id text collate "C" primary key,
  shipment_id text collate "C" not null unique references shipment,
  reason text not null,
  -- Null until the carrier has answered.
  intercepted boolean,
  requested_by text not null,
  requested_at timestamptz not null default now()
);
