create sequence order_number;

-- Who bought: the snapshot of the latest order, by which people look orders up.
create table customer (
  id text collate "C" primary key,
  email text,
  name text
);

create index customer_by_email on customer ((lower(email) collate "C"));
create index customer_by_name on customer ((lower(name) collate "C"));
-- Everything after the first word, so that a family name finds its orders too.
create index customer_by_family_name on customer ((lower(substr(name, strpos(name, ' ') + 1)) collate "C"));

-- Where goods go, in the regions that warehouses serve. A destination without a row is region 'other'.
create table sales_region (
  country text not null,
  state text not null,
  region text not null,
  primary key (country, state)
);

insert into sales_region
select 'US', state, region from (values
  ('west', 'AK AZ CA CO HI ID MT NM NV OR UT WA WY'),
  ('central', 'AR IA IL IN KS KY LA MI MN MO MS ND NE OH OK SD TN TX WI'),
  ('east', 'AL CT DC DE FL GA MA MD ME NC NH NJ NY PA RI SC VA VT WV')
) as regions (region, states), unnest(string_to_array(states, ' ')) as state;

-- Orders -----------------------------------------------------------------------------------------------------------

create table orders (
  id text collate "C" primary key,
  number text collate "C" not null unique,
  channel text not null,
  source text not null check (source in ('cart', 'one_shot', 'manual')),
  checkout_id text collate "C" unique,
  customer_id text collate "C" not null references customer,
  status text not null check (status in ('pending', 'confirmed', 'processing', 'on_hold', 'cancelling', 'cancelled',
    'partially_cancelled', 'expired', 'failed', 'completed', 'closed')),
  -- Where an order that is on hold or being cancelled goes back to.
  resume_status text check (resume_status in ('confirmed', 'processing', 'partially_cancelled')),
  -- The three axes follow from lines, shipments and money; they are stored so that lists can find them.
  payment_status text not null default 'none' check (payment_status in ('none', 'authorized', 'partially_captured',
    'captured', 'partially_refunded', 'refunded', 'disputed', 'overcharged')),
  fulfillment_status text not null default 'unfulfilled' check (fulfillment_status in ('unfulfilled',
    'partially_shipped', 'shipped', 'partially_delivered', 'delivered', 'failed')),
  return_status text not null default 'none' check (return_status in ('none', 'requested', 'partial', 'returned')),
  currency text not null,
  -- As placed. What changed since stands in adjustment.
  subtotal_minor bigint not null check (subtotal_minor >= 0),
  discount_minor bigint not null check (discount_minor >= 0),
  shipping_minor bigint not null check (shipping_minor >= 0),
  tax_minor bigint not null check (tax_minor >= 0),
  grand_minor bigint not null check (grand_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor),
  -- What the customer owes in all: as placed plus every adjustment.
  due_minor bigint not null check (due_minor >= 0),
  -- Sums of money_movement.
  authorized_minor bigint not null default 0 check (authorized_minor >= 0),
  captured_minor bigint not null default 0 check (captured_minor >= 0),
  voided_minor bigint not null default 0 check (voided_minor >= 0),
  refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  dispute_open boolean not null default false,
  return_open boolean not null default false,
  payment_id text collate "C",
  payment_method text,
  coupon_code text,
  -- {code, title, days_min, days_max}
  shipping_option jsonb not null,
  -- {name, line1, line2?, city, region, postal_code, country}
  ship_to jsonb not null,
  region text not null,
  -- Milliseconds, so that a cursor can carry it exactly.
  placed_at timestamptz(3) not null default now(),
  -- When it has to leave the warehouse, and the last day it may arrive.
  ship_by timestamptz(3) not null,
  promised_by date not null,
  -- The customer has been told of a later day, or that units are not there yet.
  backordered boolean not null default false,
  confirmed_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  completed_at timestamptz,
  version bigint not null default 1,
  check ((status in ('on_hold', 'cancelling')) = (resume_status is not null))
) with (fillfactor = 80);

create index orders_newest on orders (placed_at, id);
create index orders_by_customer on orders (customer_id, placed_at, id);
create index orders_by_status on orders (status, placed_at, id);
create index orders_by_payment on orders (payment_id) where payment_id is not null;
create index orders_due on orders (ship_by, id)
  where status in ('confirmed', 'processing', 'on_hold', 'partially_cancelled')
    and fulfillment_status in ('unfulfilled', 'partially_shipped', 'partially_delivered');
create index orders_due_in_region on orders (region, ship_by, id)
  where status in ('confirmed', 'processing', 'on_hold', 'partially_cancelled')
    and fulfillment_status in ('unfulfilled', 'partially_shipped', 'partially_delivered');
create index orders_disputed on orders (placed_at, id) where dispute_open;
create index orders_overcharged on orders (placed_at, id) where payment_status = 'overcharged';
create index orders_backordered on orders (placed_at, id) where backordered;

create table order_line (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  -- From 1, in the order in which lines were added.
  line integer not null check (line > 0),
  -- As on the order, so that one index serves "orders with this SKU, newest first".
  placed_at timestamptz(3) not null,
  sku text collate "C" not null,
  product_id text not null,
  title text not null,
  qty_ordered integer not null check (qty_ordered > 0),
  qty_current integer not null generated always as (qty_ordered - qty_cancelled) stored,
  qty_reserved integer not null default 0 check (qty_reserved >= 0),
  qty_shipped integer not null default 0 check (qty_shipped >= 0),
  qty_delivered integer not null default 0 check (qty_delivered >= 0),
  qty_cancelled integer not null default 0 check (qty_cancelled >= 0),
  qty_returned integer not null default 0 check (qty_returned >= 0),
  unit_minor bigint not null check (unit_minor >= 0),
  discount_minor bigint not null check (discount_minor >= 0),
  shipping_minor bigint not null check (shipping_minor >= 0),
  tax_minor bigint not null check (tax_minor >= 0),
  -- What the customer pays for all units of the line.
  paid_minor bigint not null check (paid_minor >= 0
    and paid_minor = qty_ordered * unit_minor - discount_minor + shipping_minor + tax_minor),
  -- Warehouse whose demand the line counts as.
  demand_warehouse text not null default '',
  -- Day from which units that were missing are expected.
  backorder_until date,
  unique (order_id, line),
  check (qty_cancelled <= qty_ordered),
  check (qty_shipped + qty_reserved <= qty_ordered - qty_cancelled),
  check (qty_delivered <= qty_shipped),
  check (qty_returned <= qty_delivered)
) with (fillfactor = 80);

create index order_line_by_sku on order_line (sku, placed_at, order_id);

-- Entitlements -----------------------------------------------------------------------------------------------------

-- The ceiling of everything that compensates a line: cancellation, return, claim, goodwill.
create table entitlement (
  order_line_id text collate "C" primary key references order_line,
  compensable_qty integer not null check (compensable_qty >= 0),
  compensable_minor bigint not null check (compensable_minor >= 0),
  taken_qty integer not null default 0 check (taken_qty >= 0 and taken_qty <= compensable_qty),
  taken_minor bigint not null default 0 check (taken_minor >= 0 and taken_minor <= compensable_minor)
);

create table entitlement_draw (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  order_line_id text collate "C" not null references entitlement,
  source text not null check (source in ('rma', 'claim', 'cancel', 'goodwill')),
  source_id text not null,
  -- Zero units for money alone, such as goodwill.
  qty integer not null check (qty >= 0),
  minor bigint not null check (minor >= 0),
  state text not null default 'held' check (state in ('held', 'used', 'released')),
  drawn_by text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (source, source_id, order_line_id),
  check (qty > 0 or minor > 0),
  check ((state = 'held') = (ended_at is null))
);

create index entitlement_draw_by_order on entitlement_draw (order_id);
create index entitlement_draw_by_line on entitlement_draw (order_line_id);

-- Fulfilment -------------------------------------------------------------------------------------------------------

-- What one warehouse has to send for an order.
create table fulfillment_order (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  warehouse text collate "C" not null,
  status text not null check (status in ('open', 'picking', 'packed', 'shipped', 'cancelled')),
  ship_by timestamptz(3) not null,
  created_at timestamptz not null default now(),
  version bigint not null default 1
);

create index fulfillment_order_by_order on fulfillment_order (order_id);
create index fulfillment_order_due on fulfillment_order (warehouse, ship_by, id)
  where status in ('open', 'picking', 'packed');

create table fo_line (
  fulfillment_order_id text collate "C" not null references fulfillment_order,
  order_line_id text collate "C" not null references order_line,
  sku text collate "C" not null,
  qty integer not null check (qty >= 0),
  qty_picked integer not null default 0 check (qty_picked >= 0 and qty_picked <= qty),
  qty_shipped integer not null default 0 check (qty_shipped >= 0 and qty_shipped <= qty),
  primary key (fulfillment_order_id, order_line_id)
);

create index fo_line_by_line on fo_line (order_line_id);

create table shipment (
  shipment_ref text collate "C" primary key,
  order_id text collate "C" not null references orders,
  warehouse text collate "C" not null,
  status text not null check (status in ('packed', 'shipped', 'delivered', 'failed')),
  carrier text,
  tracking text,
  -- What is captured for it; known once it has shipped.
  capture_minor bigint check (capture_minor >= 0),
  packed_at timestamptz,
  shipped_at timestamptz,
  delivered_at timestamptz
);

create index shipment_by_order on shipment (order_id);

create table shipment_line (
  shipment_ref text collate "C" not null references shipment,
  fulfillment_order_id text collate "C" not null,
  order_line_id text collate "C" not null,
  sku text collate "C" not null,
  qty integer not null check (qty > 0),
  primary key (shipment_ref, fulfillment_order_id, order_line_id),
  foreign key (fulfillment_order_id, order_line_id) references fo_line
);

create index shipment_line_by_fo_line on shipment_line (fulfillment_order_id, order_line_id);

-- Holds, changes, history ------------------------------------------------------------------------------------------

create table order_hold (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  kind text not null check (kind in ('fraud', 'address', 'payment', 'stock', 'manual', 'export')),
  reason text not null,
  -- The hold of another domain that this one mirrors, such as a payment's.
  external_id text unique,
  placed_by text not null,
  placed_at timestamptz(3) not null default now(),
  released_by text,
  released_at timestamptz,
  check ((released_by is null) = (released_at is null))
);

create index order_hold_by_order on order_hold (order_id);
create index order_hold_open on order_hold (placed_at, id) where released_at is null;

create table order_change (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  type text not null check (type in ('edit', 'cancel', 'address')),
  -- What is to change, as it was asked for, and the lines that follow from it.
  actions jsonb not null,
  plan jsonb not null,
  status text not null check (status in ('proposed', 'confirmed', 'applied', 'declined')),
  price_delta_minor bigint not null,
  currency text not null,
  -- Of the order when it was proposed; another one makes the proposal void.
  order_version bigint not null,
  requested_by text not null,
  approval_id text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);

create index order_change_by_order on order_change (order_id);

create table order_note (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  visibility text not null check (visibility in ('internal', 'customer')),
  text text not null,
  author text not null,
  created_at timestamptz not null default now()
);

create index order_note_by_order on order_note (order_id);

-- What the customer, people and agents see of an order's past; facts of other domains stand in it too.
create table order_event (
  id bigint generated always as identity primary key,
  order_id text collate "C" not null references orders,
  occurred_at timestamptz(3) not null default now(),
  -- Orders what happened in the same moment: a cause stands before its effect.
  rank integer not null default 0,
  recorded_at timestamptz not null default now(),
  type text not null,
  source text not null,
  actor text not null,
  visibility text not null default 'customer' check (visibility in ('internal', 'customer')),
  data jsonb not null default '{}'
);

create index order_event_by_order on order_event (order_id, occurred_at, rank, id);

-- Signed changes of money and quantity since the order was placed; due_minor holds their sum.
create table adjustment (
  id text collate "C" primary key,
  order_id text collate "C" not null references orders,
  order_line_id text collate "C" references order_line,
  kind text not null check (kind in ('cancel', 'return', 'claim', 'goodwill', 'edit')),
  qty integer not null,
  amount_minor bigint not null,
  reason text not null,
  source text not null,
  source_id text not null,
  at timestamptz(3) not null default now(),
  unique nulls not distinct (source, source_id, order_line_id)
);

create index adjustment_by_order on adjustment (order_id, at);

-- Every amount that payments has moved for an order, once, whether a process or a fact told of it first.
create table money_movement (
  order_id text collate "C" not null references orders,
  kind text not null check (kind in ('authorized', 'captured', 'voided', 'refunded')),
  source text not null,
  source_id text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  at timestamptz not null default now(),
  primary key (order_id, kind, source, source_id)
);

-- Facts of other domains, once each. One that is ahead of its order waits for it.
create table fact (
  id text collate "C" primary key,
  source text not null,
  type text not null,
  subject text not null,
  order_id text collate "C",
  occurred_at timestamptz not null,
  data jsonb not null,
  state text not null check (state in ('applied', 'waiting', 'parked')),
  error jsonb,
  received_at timestamptz not null default now()
);

create index fact_waiting on fact (subject, occurred_at) where state = 'waiting';
create index fact_parked on fact (received_at) where state = 'parked';

-- What an export holds is read when it is read, as of the moment it was asked for.
create table order_export (
  id text collate "C" primary key,
  requested_by text not null,
  filter jsonb not null,
  rows integer not null,
  as_of timestamptz(3) not null,
  expires_at timestamptz not null
);

do $$
begin
  execute format('revoke update, delete, truncate on order_event, adjustment, money_movement from %I', current_schema());
end $$;
