-- Transfers between warehouses -------------------------------------------------------------------------------------

create table transfer (
  id text collate "C" primary key,
  from_warehouse text collate "C" not null references warehouse,
  to_warehouse text collate "C" not null references warehouse,
  status text not null
    check (status in ('ready_to_ship', 'in_transit', 'partially_received', 'received', 'cancelled')),
  note text,
  cancel_reason text,
  created_by text not null,
  created_at timestamptz not null default now(),
  shipped_at timestamptz,
  ended_at timestamptz,
  version bigint not null default 1,
  check (from_warehouse <> to_warehouse)
);

create index transfer_open on transfer (status, id) where ended_at is null;

-- Once the goods leave, a line for each lot on the truck.
create table transfer_line (
  transfer_id text collate "C" not null references transfer,
  line_no integer not null,
  sku text collate "C" not null references sku,
  lot text collate "C" not null default '',
  qty integer not null check (qty > 0),
  qty_received integer not null default 0 check (qty_received >= 0),
  qty_returned integer not null default 0 check (qty_returned >= 0),
  qty_lost integer not null default 0 check (qty_lost >= 0),
  discrepancy_reason text,
  primary key (transfer_id, line_no),
  check (qty_received + qty_returned + qty_lost <= qty)
);

create index transfer_line_by_sku on transfer_line (sku, transfer_id);

-- Cycle counts -----------------------------------------------------------------------------------------------------

create table cycle_count (
  id text collate "C" primary key,
  warehouse_id text collate "C" not null references warehouse,
  status text not null check (status in ('planned', 'counting', 'review', 'posted', 'recount', 'cancelled')),
  -- Whoever counts does not see what the books say.
  blind boolean not null,
  -- 1, and one more each time that it has to be counted again.
  round integer not null default 1,
  created_by text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);

create index cycle_count_open on cycle_count (warehouse_id, id) where ended_at is null;

-- A bin that is counted, once a round; expected is what the books said in the moment the count came in.
create table count_line (
  count_id text collate "C" not null references cycle_count,
  round integer not null,
  location text collate "C" not null,
  sku text collate "C" not null references sku,
  lot text collate "C" not null default '',
  expected integer,
  counted integer check (counted >= 0),
  variance integer generated always as (counted - expected) stored,
  primary key (count_id, round, location, sku, lot)
);

-- Reorder plans ----------------------------------------------------------------------------------------------------

-- Last day of demand that the plan knew.
alter table reorder_plan add column demand_through date not null default current_date - 1;
alter table reorder_plan alter column demand_through drop default;

-- Proof ------------------------------------------------------------------------------------------------------------

-- Empty, or something is wrong: balances against the ledger and against everything that explains them.
drop view stock_differences;
create view stock_differences as
with entry as (
  select sku, warehouse_id, to_bucket as bucket, qty from movement
  union all
  select sku, warehouse_id, from_bucket, -qty from movement
), bin as (
  select b.sku, b.warehouse_id, b.lot, b.qty,
    case when l.kind in ('stage', 'pack') then 'picked' when l.kind = 'quarantine' then 'quarantined'
      when l.kind = 'scrap' then 'damaged' else 'shelf' end as bucket
  from stock_bin b join location l on l.warehouse_id = b.warehouse_id and l.code = b.location
), open_transfer as (
  select l.sku, t.from_warehouse, t.to_warehouse, t.status, l.qty - l.qty_received - l.qty_returned - l.qty_lost as qty
  from transfer_line l join transfer t on t.id = l.transfer_id where t.ended_at is null
), record as (
  select 'movement' as source, sku, warehouse_id, bucket, sum(qty) as qty
    from entry where bucket not in ('outside', 'available') group by sku, warehouse_id, bucket
  union all
  select 'movement', sku, warehouse_id, 'on_hand', sum(qty)
    from entry where bucket <> 'outside' group by sku, warehouse_id
  union all
  select 'bin', sku, warehouse_id, bucket, sum(qty) from bin group by sku, warehouse_id, bucket
  union all
  select 'reservation', sku, warehouse_id, 'reserved', sum(qty) from (
    select sku, warehouse_id, qty from reservation where state in ('held', 'allocated')
    union all
    select sku, from_warehouse, qty from open_transfer where status = 'ready_to_ship') promised
    group by sku, warehouse_id
  union all
  select 'reservation', sku, warehouse_id, 'picked', sum(qty) from reservation where state = 'picked'
    group by sku, warehouse_id
  union all
  select 'pick', u.sku, u.warehouse_id, 'picked', sum(u.qty)
    from picked_units u left join package p on p.id = u.package_id left join shipment s on s.ref = p.shipment_ref
    where s.ref is null or s.status <> 'handed_over' group by u.sku, u.warehouse_id
  union all
  select 'purchase_order', l.sku, o.warehouse_id, 'incoming', sum(greatest(l.qty_ordered - l.qty_received, 0))
    from po_line l join purchase_order o on o.id = l.po_id
    where o.status in ('ordered', 'partially_received') group by l.sku, o.warehouse_id
  union all
  select 'transfer', sku, to_warehouse, 'in_transit', sum(qty)
    from open_transfer where status in ('in_transit', 'partially_received') group by sku, to_warehouse
), balance as (
  select v.source, b.sku, b.warehouse_id, v.bucket, v.qty
    from stock_balance b, lateral (values
      ('movement', 'on_hand', b.on_hand),
      ('movement', 'reserved', b.reserved),
      ('movement', 'picked', b.picked),
      ('movement', 'quarantined', b.quarantined),
      ('movement', 'damaged', b.damaged),
      ('bin', 'shelf', b.available + b.reserved),
      ('bin', 'picked', b.picked),
      ('bin', 'quarantined', b.quarantined),
      ('bin', 'damaged', b.damaged),
      ('reservation', 'reserved', b.reserved),
      ('reservation', 'picked', b.picked),
      ('pick', 'picked', b.picked),
      ('purchase_order', 'incoming', b.incoming),
      ('transfer', 'in_transit', b.in_transit)) as v (source, bucket, qty)
), lot_balance as (
  select sku, warehouse_id, 'lot ' || lot as bucket, sum(qty) as qty
    from stock_bin where lot <> '' group by sku, warehouse_id, lot
), lot_record as (
  -- Before units lay in bins, a lot was a remark.
  select sku, warehouse_id, 'lot ' || lot as bucket,
      sum(case when to_bucket = 'outside' then -qty when from_bucket = 'outside' then qty else 0 end) as qty
    from movement where lot is not null and location is not null group by sku, warehouse_id, lot
)
select source, sku, warehouse_id, bucket, coalesce(b.qty, 0) as balance, coalesce(r.qty, 0) as recorded
  from balance b full join record r using (source, sku, warehouse_id, bucket)
  where coalesce(b.qty, 0) <> coalesce(r.qty, 0)
union all
select 'lot', sku, warehouse_id, bucket, coalesce(b.qty, 0), coalesce(r.qty, 0)
  from lot_balance b full join lot_record r using (sku, warehouse_id, bucket)
  where coalesce(b.qty, 0) <> coalesce(r.qty, 0);
