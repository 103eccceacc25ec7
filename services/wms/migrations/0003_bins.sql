-- Places inside a warehouse ----------------------------------------------------------------------------------------

-- Every unit in the building lies in one bin, and the kind of its location says which bucket it belongs to: stage and
-- pack hold what is picked, quarantine what is set apart, scrap what is damaged, all others what can be promised.
create table location (
  warehouse_id text collate "C" not null references warehouse,
  code text collate "C" not null,
  kind text not null
    check (kind in ('receiving', 'pick', 'bulk', 'pack', 'stage', 'quarantine', 'returns', 'scrap')),
  aisle integer not null default 0,
  pick_seq integer not null default 0,
  blocked boolean not null default false,
  primary key (warehouse_id, code)
);

-- What every warehouse has from its first day; units that nobody can find are booked to MISSING until they turn up.
create function furnish_warehouse() returns trigger language plpgsql set search_path from current as $$
begin
  insert into location (warehouse_id, code, kind)
  select new.id, place.code, place.kind
  from (values ('RECEIVING', 'receiving'), ('STAGE', 'stage'), ('QUARANTINE', 'quarantine'), ('MISSING', 'quarantine'),
    ('DAMAGED', 'scrap')) as place (code, kind);
  return null;
end $$;

create trigger warehouse_opens after insert on warehouse for each row execute function furnish_warehouse();

-- The lot is empty for units of no lot.
create table stock_bin (
  sku text collate "C" not null,
  warehouse_id text collate "C" not null,
  location text collate "C" not null,
  lot text collate "C" not null default '',
  qty integer not null check (qty >= 0),
  primary key (sku, warehouse_id, location, lot),
  foreign key (warehouse_id, location) references location,
  foreign key (sku, warehouse_id) references stock_balance
);

create index stock_bin_by_location on stock_bin (warehouse_id, location, sku, lot);

insert into location (warehouse_id, code, kind)
  select w.id, place.code, place.kind
  from warehouse w, (values ('RECEIVING', 'receiving'), ('STAGE', 'stage'), ('QUARANTINE', 'quarantine'),
    ('MISSING', 'quarantine'), ('DAMAGED', 'scrap')) as place (code, kind);

insert into stock_bin (sku, warehouse_id, location, qty)
  select b.sku, b.warehouse_id, held.location, held.qty
  from stock_balance b, lateral (values
    ('RECEIVING', b.available + b.reserved), ('STAGE', b.picked), ('QUARANTINE', b.quarantined),
    ('DAMAGED', b.damaged)) as held (location, qty)
  where held.qty > 0;

-- Lots and serial numbers ------------------------------------------------------------------------------------------

create table lot (
  sku text collate "C" not null references sku,
  lot_no text collate "C" not null,
  expires_on date,
  received_at timestamptz not null default now(),
  recall_state text not null default 'none' check (recall_state in ('none', 'recalled')),
  primary key (sku, lot_no)
);

create index lot_by_number on lot (lot_no);
create index lot_by_expiry on lot (expires_on) where expires_on is not null;

alter table sku add column serial_tracked boolean not null default false;

create table serial (
  sku text collate "C" not null references sku,
  serial_no text collate "C" not null,
  state text not null check (state in ('in_stock', 'picked', 'shipped')),
  order_ref text,
  primary key (sku, serial_no)
);

create index serial_by_order on serial (order_ref) where order_ref is not null;

-- Reservations -----------------------------------------------------------------------------------------------------

-- Units of one line move on one by one, so a line may have a row in each state.
drop index reservation_live;
create unique index reservation_live on reservation (order_ref, sku, warehouse_id, state)
  where state in ('held', 'allocated', 'picked');

alter table reservation add column shipment_ref text;

create index reservation_to_pick on reservation (warehouse_id, created_at) where state = 'allocated';

-- Which order a checkout's hold became; one that is repeated finds its answer here.
create table reservation_allocation (
  checkout_id text primary key,
  order_ref text not null,
  allocated_at timestamptz not null default now()
);
