-- Master data ------------------------------------------------------------------------------------------------------

-- Ids compare byte by byte, so that an index serves "starts with" and "nearest".
create table warehouse (
  id text collate "C" primary key,
  name text not null,
  region text not null,
  timezone text not null,
  latitude double precision not null,
  longitude double precision not null,
  address text not null,
  cutoff_time text not null,
  active boolean not null default true,
  capabilities text[] not null default '{}'
);

create table supplier (
  id text collate "C" primary key,
  name text not null,
  lead_time_days integer not null check (lead_time_days >= 0),
  currency text not null,
  moq_minor bigint not null default 0 check (moq_minor >= 0),
  contact text not null
);

create table sku (
  id text collate "C" primary key,
  gtin text unique,
  name text not null,
  uom text not null default 'each',
  scale integer not null default 0,
  pack_multiple integer not null default 1 check (pack_multiple > 0),
  moq integer not null default 1 check (moq > 0),
  -- What one unit costs when it is ordered today.
  unit_cost_minor bigint not null check (unit_cost_minor >= 0),
  currency text not null,
  weight_g integer not null check (weight_g >= 0),
  lot_tracked boolean not null default false,
  shelf_life_days integer,
  hazmat boolean not null default false,
  abc_class text not null default 'C' check (abc_class in ('A', 'B', 'C'))
);

create table stock_policy (
  sku text collate "C" not null references sku,
  warehouse_id text collate "C" not null references warehouse,
  supplier_id text collate "C" not null references supplier,
  safety_stock integer not null check (safety_stock >= 0),
  target_level integer not null check (target_level >= 0),
  lead_time_days integer not null check (lead_time_days >= 0),
  review_days integer not null check (review_days > 0),
  auto_reorder boolean not null default false,
  primary key (sku, warehouse_id)
);

-- Balances ---------------------------------------------------------------------------------------------------------

-- on_hand is everything inside the building; reserved, picked, quarantined and damaged are parts of it.
create table stock_balance (
  sku text collate "C" not null references sku,
  warehouse_id text collate "C" not null references warehouse,
  on_hand integer not null default 0 check (on_hand >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  picked integer not null default 0 check (picked >= 0),
  quarantined integer not null default 0 check (quarantined >= 0),
  damaged integer not null default 0 check (damaged >= 0),
  incoming integer not null default 0 check (incoming >= 0),
  in_transit integer not null default 0 check (in_transit >= 0),
  available integer not null generated always as (on_hand - reserved - picked - quarantined - damaged) stored
    check (available >= 0),
  -- Part of the balance, so that a read of stock needs one table and the threshold is checked where stock changes.
  reorder_point integer not null default 0 check (reorder_point >= 0),
  version bigint not null default 1,
  primary key (sku, warehouse_id)
) with (fillfactor = 75);

create unique index stock_balance_by_warehouse on stock_balance (warehouse_id, sku);

-- The balances below their reorder point. Rows come and go only when stock crosses it: an index over `available` would
-- be rewritten by every reservation.
create table low_stock (
  warehouse_id text collate "C" not null,
  sku text collate "C" not null,
  since timestamptz not null default now(),
  primary key (warehouse_id, sku)
);

create function follow_reorder_point() returns trigger language plpgsql set search_path from current as $$
begin
  if new.available < new.reorder_point then
    insert into low_stock (warehouse_id, sku) values (new.warehouse_id, new.sku) on conflict do nothing;
  else
    delete from low_stock where warehouse_id = new.warehouse_id and sku = new.sku;
  end if;
  return null;
end $$;

create trigger stock_starts_low after insert on stock_balance for each row
  when (new.available < new.reorder_point) execute function follow_reorder_point();

create trigger stock_crosses_reorder_point after update on stock_balance for each row
  when ((old.available < old.reorder_point) is distinct from (new.available < new.reorder_point))
  execute function follow_reorder_point();

-- Totals of a warehouse as of a moment; a scan of its balances is too slow to do for each reader.
create table warehouse_summary (
  warehouse_id text collate "C" primary key references warehouse,
  skus integer not null,
  units_on_hand bigint not null,
  units_available bigint not null,
  as_of timestamptz not null
);

-- Ledger -----------------------------------------------------------------------------------------------------------

-- Every unit that entered, left or changed its bucket. A row is written only while its balance row is locked; it has no
-- foreign keys, because the balance row has them.
create table movement (
  id bigint generated always as identity,
  ts timestamptz not null default now(),
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  kind text not null check (kind in ('receive', 'putaway', 'reserve', 'release', 'pick', 'unpick', 'ship', 'adjust',
    'transfer_out', 'transfer_in', 'return_receive', 'scrap', 'recount', 'quarantine', 'unquarantine')),
  from_bucket text not null check (from_bucket in ('outside', 'available', 'reserved', 'picked', 'quarantined', 'damaged')),
  to_bucket text not null check (to_bucket in ('outside', 'available', 'reserved', 'picked', 'quarantined', 'damaged')),
  qty integer not null check (qty > 0),
  lot text,
  location text,
  cause_type text not null,
  cause_id text not null,
  reason text,
  actor text not null,
  -- Units on hand once this movement was booked.
  balance_after integer not null check (balance_after >= 0),
  primary key (id, ts),
  check (from_bucket <> to_bucket)
) partition by range (ts);

create index movement_by_sku on movement (sku, id);
create index movement_by_lot on movement (lot, id) where lot is not null;

do $$
begin
  execute format('revoke update, delete, truncate on movement from %I', current_schema());
end $$;

-- Creates the monthly partitions that cover both days. The service may call it but owns no table, hence "definer".
create function ensure_movement_partitions(first_day date, last_day date) returns void
language plpgsql security definer set search_path from current as $$
declare
  month date := date_trunc('month', first_day)::date;
  part text;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.movement_partitions', 0));
  while month <= last_day loop
    part := 'movement_' || to_char(month, 'YYYY_MM');
    if to_regclass(part) is null then
      execute format('create table %I partition of movement for values from (%L) to (%L)', part,
        month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
      execute format('revoke update, delete, truncate on %I from %I', part, current_schema());
    end if;
    month := (month + interval '1 month')::date;
  end loop;
end $$;

select ensure_movement_partitions((now() - interval '2 months')::date, (now() + interval '3 months')::date);

-- Reservations -----------------------------------------------------------------------------------------------------

create table reservation (
  id text collate "C" primary key,
  order_ref text not null,
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  qty integer not null check (qty > 0),
  state text not null check (state in ('held', 'allocated', 'picked', 'shipped', 'expired', 'unpicked', 'released')),
  -- Only a held reservation expires.
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (sku, warehouse_id) references stock_balance,
  check ((state = 'held') <= (expires_at is not null))
);

create unique index reservation_live on reservation (order_ref, sku, warehouse_id)
  where state in ('held', 'allocated', 'picked');
create index reservation_by_order on reservation (order_ref);
create index reservation_due on reservation (expires_at) where state = 'held';
create index reservation_due_by_sku on reservation (sku, expires_at) where state = 'held';
