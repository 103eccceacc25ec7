-- Purchase orders --------------------------------------------------------------------------------------------------

create sequence purchase_order_number;

create table purchase_order (
  id text collate "C" primary key,
  number text collate "C" not null unique,
  supplier_id text collate "C" not null references supplier,
  warehouse_id text collate "C" not null references warehouse,
  status text not null
    check (status in ('draft', 'ordered', 'partially_received', 'received', 'closed', 'cancelled')),
  currency text not null,
  expected_at date not null,
  -- Number of the supplier's shipping notice; goods can be received by it.
  asn text unique,
  note text,
  plan_id text,
  cancel_reason text,
  created_by text not null,
  created_at timestamptz not null default now(),
  version bigint not null default 1
);

create index purchase_order_by_status on purchase_order (status, id);
create index purchase_order_by_warehouse on purchase_order (warehouse_id, id);

create table po_line (
  po_id text collate "C" not null references purchase_order,
  line_no integer not null,
  sku text collate "C" not null references sku,
  qty_ordered integer not null check (qty_ordered > 0),
  -- Everything that arrived, the damaged units included.
  qty_received integer not null default 0 check (qty_received >= 0),
  qty_rejected integer not null default 0 check (qty_rejected >= 0 and qty_rejected <= qty_received),
  unit_cost_minor bigint not null check (unit_cost_minor >= 0),
  primary key (po_id, line_no),
  unique (po_id, sku)
);

create index po_line_by_sku on po_line (sku, po_id);

create table receipt (
  id text collate "C" primary key,
  po_id text collate "C" not null references purchase_order,
  status text not null check (status in ('complete', 'discrepancy')),
  received_by text not null,
  received_at timestamptz not null default now()
);

create index receipt_by_order on receipt (po_id, id);

create table receipt_line (
  receipt_id text collate "C" not null references receipt,
  line_no integer not null,
  sku text collate "C" not null references sku,
  qty_expected integer not null check (qty_expected >= 0),
  qty_received integer not null check (qty_received >= 0),
  qty_damaged integer not null check (qty_damaged >= 0 and qty_damaged <= qty_received),
  discrepancy_reason text,
  lot text,
  location text,
  primary key (receipt_id, line_no)
);

-- Demand and reorder plans -----------------------------------------------------------------------------------------

create table demand_daily (
  sku text collate "C" not null references sku,
  warehouse_id text collate "C" not null references warehouse,
  day date not null,
  ordered_qty integer not null default 0 check (ordered_qty >= 0),
  shipped_qty integer not null default 0 check (shipped_qty >= 0),
  returned_qty integer not null default 0 check (returned_qty >= 0),
  primary key (sku, warehouse_id, day)
);

-- How far demand_daily reaches; one row.
create table demand_state (
  only_row boolean primary key default true check (only_row),
  through date not null,
  refreshed_at timestamptz not null default now()
);

create table reorder_plan (
  id text collate "C" primary key,
  region text not null,
  service_level double precision not null,
  budget_minor bigint,
  currency text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table reorder_plan_line (
  plan_id text collate "C" not null references reorder_plan on delete cascade,
  line_no integer not null,
  sku text collate "C" not null references sku,
  warehouse_id text collate "C" not null references warehouse,
  supplier_id text collate "C" not null references supplier,
  quantity integer not null check (quantity > 0),
  reorder_point integer not null,
  safety_stock integer not null,
  unit_cost_minor bigint not null,
  cost_minor bigint not null,
  why text not null,
  primary key (plan_id, line_no),
  unique (plan_id, sku, warehouse_id)
);

-- A line of a plan is ordered once, however often the call is repeated.
create table reorder_plan_order (
  plan_id text collate "C" not null,
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  po_id text collate "C" not null references purchase_order,
  primary key (plan_id, sku, warehouse_id)
);

-- Policy -----------------------------------------------------------------------------------------------------------

-- Up to which value an account may act on the lower approval tier; account '*' stands for everybody.
create table approval_limit (
  tool text not null,
  account text not null,
  limit_minor bigint not null check (limit_minor >= 0),
  currency text not null,
  primary key (tool, account, currency)
);

-- Proof ------------------------------------------------------------------------------------------------------------

-- Empty, or something is wrong: balances against the ledger, live reservations and open purchase orders.
create view stock_differences as
with entry as (
  select sku, warehouse_id, to_bucket as bucket, qty from movement
  union all
  select sku, warehouse_id, from_bucket, -qty from movement
), record as (
  select 'movement' as source, sku, warehouse_id, bucket, sum(qty) as qty
    from entry where bucket not in ('outside', 'available') group by sku, warehouse_id, bucket
  union all
  select 'movement', sku, warehouse_id, 'on_hand', sum(qty)
    from entry where bucket <> 'outside' group by sku, warehouse_id
  union all
  select 'reservation', sku, warehouse_id, 'reserved', sum(qty)
    from reservation where state in ('held', 'allocated') group by sku, warehouse_id
  union all
  select 'purchase_order', l.sku, o.warehouse_id, 'incoming', sum(greatest(l.qty_ordered - l.qty_received, 0))
    from po_line l join purchase_order o on o.id = l.po_id
    where o.status in ('ordered', 'partially_received') group by l.sku, o.warehouse_id
), balance as (
  select v.source, b.sku, b.warehouse_id, v.bucket, v.qty
    from stock_balance b, lateral (values
      ('movement', 'on_hand', b.on_hand),
      ('movement', 'reserved', b.reserved),
      ('movement', 'picked', b.picked),
      ('movement', 'quarantined', b.quarantined),
      ('movement', 'damaged', b.damaged),
      ('reservation', 'reserved', b.reserved),
      ('purchase_order', 'incoming', b.incoming)) as v (source, bucket, qty)
)
select source, sku, warehouse_id, bucket, coalesce(b.qty, 0) as balance, coalesce(r.qty, 0) as recorded
  from balance b full join record r using (source, sku, warehouse_id, bucket)
  where coalesce(b.qty, 0) <> coalesce(r.qty, 0);
