-- Units ordered (less those cancelled) per SKU, destination region, warehouse and day on which they were ordered.
create table sku_demand_daily (
  sku text collate "C" not null,
  region text not null,
  warehouse text collate "C" not null,
  day date not null,
  qty bigint not null,
  orders bigint not null,
  primary key (sku, day, region, warehouse)
);

create index sku_demand_daily_by_day on sku_demand_daily (day, sku) include (region, warehouse, qty, orders);

-- The same for all SKUs together, so that shares and totals need no scan.
create table demand_daily (
  region text not null,
  warehouse text collate "C" not null,
  day date not null,
  -- Lines, not orders: an order with two SKUs counts twice.
  qty bigint not null,
  orders bigint not null,
  primary key (day, region, warehouse)
);

-- Changes that are not in sku_demand_daily yet. Orders of one hot SKU append here without waiting for each other; a
-- schedule folds the rows.
create table demand_delta (
  id bigint generated always as identity primary key,
  sku text collate "C" not null,
  region text not null,
  warehouse text collate "C" not null,
  day date not null,
  qty integer not null,
  orders integer not null
);
