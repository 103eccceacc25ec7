-- Picking ----------------------------------------------------------------------------------------------------------

create table wave (
  id text collate "C" primary key,
  warehouse_id text collate "C" not null references warehouse,
  assigned_to text,
  created_by text not null,
  created_at timestamptz not null default now()
);

create index wave_by_warehouse on wave (warehouse_id, id);

-- One walk to one bin for one order.
create table pick_task (
  id text collate "C" primary key,
  wave_id text collate "C" not null references wave,
  seq integer not null,
  order_ref text not null,
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  location text collate "C" not null,
  lot text collate "C" not null default '',
  qty integer not null check (qty > 0),
  picked_qty integer not null default 0 check (picked_qty >= 0),
  short_qty integer not null default 0 check (short_qty >= 0),
  status text not null
    check (status in ('open', 'assigned', 'picking', 'picked', 'short', 'packed', 'handed_over', 'cancelled')),
  foreign key (warehouse_id, location) references location,
  check (picked_qty + short_qty <= qty)
);

create index pick_task_by_wave on pick_task (wave_id, seq);
create index pick_task_by_order on pick_task (order_ref, warehouse_id);
create index pick_task_waiting on pick_task (warehouse_id, sku) where status in ('open', 'assigned', 'picking');

-- Packing and hand-over --------------------------------------------------------------------------------------------

create table shipment (
  ref text collate "C" primary key,
  order_ref text not null,
  warehouse_id text collate "C" not null references warehouse,
  status text not null check (status in ('packed', 'handed_over', 'cancelled')),
  carrier text,
  tracking text,
  packed_by text not null,
  packed_at timestamptz not null default now(),
  handed_over_at timestamptz
);

create index shipment_by_order on shipment (order_ref, ref);
create index shipment_waiting on shipment (warehouse_id, ref) where status = 'packed';

create table package (
  id text collate "C" primary key,
  shipment_ref text collate "C" not null references shipment,
  -- Number on the carton (licence plate).
  container text,
  weight_g integer not null check (weight_g >= 0)
);

create index package_by_shipment on package (shipment_ref, id);

-- Units that left their bin for an order: loose at the stage until a package holds them, gone with its shipment.
create table picked_units (
  id bigint generated always as identity primary key,
  order_ref text not null,
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  location text collate "C" not null,
  lot text collate "C" not null default '',
  qty integer not null check (qty > 0),
  package_id text collate "C" references package
);

create index picked_units_by_order on picked_units (order_ref, id);
create index picked_units_by_package on picked_units (package_id) where package_id is not null;
create index picked_units_by_lot on picked_units (lot) where lot <> '';

-- Returned goods, one row a line of a return: it goes back to stock once, however often that is reported.
create table restock (
  rma_line text primary key,
  sku text collate "C" not null references sku,
  warehouse_id text collate "C" not null references warehouse,
  qty integer not null check (qty > 0),
  disposition text not null check (disposition in ('restock', 'quarantine', 'scrap')),
  location text not null,
  lot text not null default '',
  restocked_at timestamptz not null default now()
);
