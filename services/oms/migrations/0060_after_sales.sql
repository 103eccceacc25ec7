-- What tms knows of a parcel: nothing where it was not told of it, or is not part of the fleet.
alter table shipment
  add column tms_shipment_id text collate "C" unique,
  add column picked_up_at timestamptz;

create index shipment_not_picked_up on shipment (shipped_at)
  where status = 'shipped' and tms_shipment_id is not null and picked_up_at is null;

-- When the goods of a completed order can no longer be returned.
alter table orders add column window_ends_at timestamptz(3);

create index orders_to_close on orders (window_ends_at, id) where status = 'completed' and window_ends_at is not null;

-- The returns and claims of an order, as their own domains last told of them.
create table order_case (
  number text collate "C" primary key,
  order_id text collate "C" not null references orders,
  kind text not null check (kind in ('return', 'claim')),
  status text not null,
  open boolean not null,
  -- Units that a return has brought back so far, by order line.
  returned jsonb not null default '{}',
  changed_at timestamptz not null default now()
);

create index order_case_by_order on order_case (order_id);

-- What a return or a claim has given the customer for a line, once it has: the uses of its draw.
create table compensation (
  source text not null check (source in ('rma', 'claim')),
  -- Id of the resolution or the settlement.
  source_id text collate "C" not null,
  order_line_id text collate "C" not null references order_line,
  kind text not null check (kind in ('refund', 'store_credit', 'replacement')),
  -- Return or claim.
  number text not null,
  order_id text collate "C" not null references orders,
  -- Whose payment the money came from: for goods of an exchange, the order that was paid for.
  paid_order_id text collate "C" not null references orders,
  draw_id text collate "C" not null references entitlement_draw,
  qty integer not null check (qty >= 0),
  minor bigint not null check (minor >= 0),
  at timestamptz(3) not null default now(),
  primary key (source, source_id, order_line_id, kind)
);

create index compensation_by_draw on compensation (draw_id);
create index compensation_by_order on compensation (order_id);
create index compensation_by_cause on compensation (source_id);
create index compensation_by_payer on compensation (paid_order_id);

do $$
begin
  execute format('revoke update, delete, truncate on compensation from %I', current_schema());
end $$;

-- Empty, or something is wrong: what returns and claims gave against the draws that it was given for.
create view compensation_differences as
with given as (
  select draw_id, sum(minor) as minor from compensation group by draw_id
)
select d.order_id, d.order_line_id || ' given for ' || d.source || ' ' || d.source_id as "check",
  'used ' || g.minor as expected, d.state || ' ' || d.minor as found
from given g join entitlement_draw d on d.id = g.draw_id
where d.state <> 'used' or d.minor <> g.minor;
