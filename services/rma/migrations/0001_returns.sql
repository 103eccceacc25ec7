-- Vocabulary and policy --------------------------------------------------------------------------------------------

create table reason_code (
  code text primary key,
  title text not null,
  -- Whose doing it is: only what is the customer's own costs a fee.
  fault text not null check (fault in ('customer', 'retailer', 'carrier')),
  -- Goods come back because the retailer wants them, whatever the policy says.
  recall boolean not null default false
);

insert into reason_code (code, title, fault, recall) values
  ('changed_mind', 'Changed my mind', 'customer', false),
  ('wrong_size', 'Wrong size or fit', 'customer', false),
  ('ordered_by_mistake', 'Ordered by mistake', 'customer', false),
  ('better_price', 'Found a better price', 'customer', false),
  ('not_as_described', 'Not as described', 'retailer', false),
  ('defective', 'Defective or does not work', 'retailer', false),
  ('wrong_item', 'Another article was sent', 'retailer', false),
  ('missing_parts', 'Parts are missing', 'retailer', false),
  ('arrived_late', 'Arrived too late', 'carrier', false),
  ('damaged_in_transit', 'Damaged on the way', 'carrier', false),
  ('recall', 'Recalled by the retailer', 'retailer', true),
  ('other', 'Another reason; see the note', 'customer', false);

-- What a SKU belongs to, by the beginning of its name.
create table product_category (
  sku_prefix text primary key,
  category text not null
);

-- The most particular row holds for a line: region and category, then category, then region; '*' stands for every one.
create table return_policy (
  id text primary key,
  region text not null default '*',
  category text not null default '*',
  window_days integer not null check (window_days >= 0),
  final_sale boolean not null default false,
  -- Kept of what was paid, in ten-thousandths, when the reason is the customer's own.
  restocking_bp integer not null default 0 check (restocking_bp between 0 and 10000),
  free_label boolean not null default true,
  -- What a return label usually costs; kept once a return where the label is not free.
  label_cost_minor bigint not null default 0 check (label_cost_minor >= 0),
  currency text not null,
  -- Goods worth less than this need not come back.
  returnless_below_minor bigint not null default 0 check (returnless_below_minor >= 0),
  evidence_required boolean not null default false,
  -- Whether a return that the policy allows needs nobody's decision, and up to which value.
  auto_approve boolean not null default false,
  auto_approve_below_minor bigint check (auto_approve_below_minor >= 0),
  -- Days in which authorised goods must be on their way.
  ship_within_days integer not null check (ship_within_days > 0),
  version integer not null default 1,
  unique (region, category)
);

insert into return_policy (id, window_days, currency, ship_within_days) values ('standard', 30, 'USD', 21);

-- Who must agree to a call, by what it is worth: the lowest ceiling that it stays under, the account's own rule first.
create table approval_rule (
  tool text not null,
  -- in_policy or out_of_policy for authorize_rma; '*' otherwise.
  kind text not null default '*',
  account text not null default '*',
  currency text not null default '*',
  up_to_minor bigint check (up_to_minor >= 0),
  tier text not null check (tier in ('A0', 'A1', 'A2', 'A3')),
  unique nulls not distinct (tool, kind, account, currency, up_to_minor),
  constraint advance_refund_needs_another_person check (tool <> 'advance_refund' or tier >= 'A2')
);

insert into approval_rule (tool, kind, currency, up_to_minor, tier) values
  ('authorize_rma', 'in_policy', '*', null, 'A1'),
  ('authorize_rma', 'out_of_policy', '*', null, 'A2'),
  ('reject_rma', '*', '*', null, 'A1'),
  ('approve_returnless', '*', '*', null, 'A1'),
  ('issue_return_label', '*', 'USD', 2000, 'A0'),
  ('issue_return_label', '*', '*', null, 'A1'),
  ('set_disposition', '*', 'USD', 10000, 'A0'),
  ('set_disposition', '*', '*', null, 'A2');

insert into approval_rule (tool, currency, up_to_minor, tier)
  select 'resolve_return', currency, up_to, tier
  from (values ('USD', 5000, 'A1'), ('USD', 50000, 'A2'), ('EUR', 5000, 'A1'), ('EUR', 50000, 'A2'),
               ('GBP', 5000, 'A1'), ('GBP', 50000, 'A2'), ('JPY', 7500, 'A1'), ('JPY', 75000, 'A2'),
               ('KWD', 15000, 'A1'), ('KWD', 150000, 'A2'), ('*', null, 'A3')) as rule (currency, up_to, tier);

insert into approval_rule (tool, currency, up_to_minor, tier)
  select 'advance_refund', currency, up_to, 'A2'
  from (values ('USD', 50000), ('EUR', 50000), ('GBP', 50000), ('JPY', 75000), ('KWD', 150000)) as rule (currency, up_to);
insert into approval_rule (tool, tier) values ('advance_refund', 'A3');

-- Returns ----------------------------------------------------------------------------------------------------------

create sequence rma_number;

create table rma (
  id text collate "C" primary key,
  number text collate "C" not null unique,
  order_id text collate "C" not null,
  order_number text not null,
  customer_id text collate "C" not null,
  status text not null check (status in ('requested', 'more_info', 'authorized', 'rejected', 'label_issued', 'in_transit',
    'partially_received', 'received', 'inspecting', 'inspected', 'disputed', 'resolving', 'resolved', 'closed', 'cancelled',
    'expired')),
  channel text not null,
  resolution_wanted text not null check (resolution_wanted in ('refund', 'exchange', 'store_credit', 'repair')),
  currency text not null,
  region text not null,
  -- Where the goods come back to.
  warehouse text collate "C" not null,
  -- The policies as they were when the return was asked for, by id.
  policy_snapshot jsonb not null,
  -- Why it is not covered by the policy; empty when it is.
  out_of_policy text[] not null default '{}',
  -- What the customer showed: [{kind, uri, sha256?}].
  evidence jsonb not null default '[]',
  -- The goods need not come back.
  returnless boolean not null default false,
  -- Nothing more is expected, though less may have come than was authorised.
  complete boolean not null default false,
  label_method text check (label_method in ('print', 'qr', 'pickup', 'own')),
  label_shipment_id text,
  label_carrier text,
  label_tracking text,
  label_cost_minor bigint check (label_cost_minor >= 0),
  -- Whether the parcel of a return that came to nothing was stopped; null: nobody was asked.
  label_voided boolean,
  -- When logistics was last asked whether it is on its way.
  label_checked_at timestamptz,
  pickup_ref text,
  carrier_claim text,
  requested_by text not null,
  decided_by text,
  decision_note text,
  -- Milliseconds, so that a cursor can carry it exactly.
  requested_at timestamptz(3) not null default now(),
  authorized_at timestamptz,
  resolved_at timestamptz,
  -- By when authorised goods must be on their way.
  expires_at timestamptz,
  version bigint not null default 1
) with (fillfactor = 80);

create index rma_newest on rma (requested_at, id);
create index rma_by_status on rma (status, requested_at, id);
create index rma_by_customer on rma (customer_id, requested_at, id);
create index rma_by_order on rma (order_id);
create index rma_by_warehouse on rma (warehouse, requested_at, id)
  where status not in ('closed', 'resolved', 'cancelled', 'expired', 'rejected');
create index rma_expiring on rma (expires_at) where status in ('authorized', 'label_issued');

create table rma_line (
  id text collate "C" primary key,
  rma_id text collate "C" not null references rma,
  line integer not null check (line > 0),
  order_line_id text collate "C" not null,
  sku text collate "C" not null,
  title text not null,
  category text not null,
  policy_id text not null,
  reason_code text not null references reason_code,
  customer_note text,
  qty_requested integer not null check (qty_requested > 0),
  qty_authorised integer not null default 0,
  qty_received integer not null default 0,
  qty_accepted integer not null default 0 check (qty_accepted >= 0),
  qty_rejected integer not null default 0 check (qty_rejected >= 0),
  -- What the order's line holds for this return: units, and the minor units that were paid for all of them.
  draw_id text not null,
  drawn_qty integer not null check (drawn_qty > 0),
  drawn_minor bigint not null check (drawn_minor >= 0),
  -- What each unit but the last of the order's line cost.
  unit_minor bigint not null check (unit_minor >= 0),
  -- Serial numbers that the order's units of this SKU were sent with; none where it has none.
  serials_sold text[] not null default '{}',
  delivered_at timestamptz,
  unique (rma_id, order_line_id),
  check (qty_authorised between 0 and qty_requested),
  check (qty_received between 0 and qty_authorised),
  check (qty_accepted + qty_rejected <= greatest(qty_received, qty_authorised))
);

create index rma_line_by_sku on rma_line (sku, rma_id);

create table return_receipt (
  id text collate "C" primary key,
  rma_id text collate "C" not null references rma,
  warehouse text not null,
  dock text,
  carton_condition text not null check (carton_condition in ('intact', 'opened', 'damaged', 'empty')),
  -- [{rma_line_id, sku, qty, condition}]
  lines jsonb not null,
  received_by text not null,
  received_at timestamptz(3) not null default now()
);

create index return_receipt_by_rma on return_receipt (rma_id);

create table inspection (
  id text collate "C" primary key,
  rma_line_id text collate "C" not null references rma_line,
  qty integer not null check (qty > 0),
  grade text not null check (grade in ('A', 'B', 'C', 'D')),
  accepted boolean not null,
  -- [{check, passed, note?}]
  checks jsonb not null default '[]',
  serials_found text[] not null default '{}',
  -- Null where no serial number is known.
  serial_match boolean,
  -- [{uri, sha256}]
  photos jsonb not null default '[]',
  recommended text not null,
  inspector text not null,
  -- The one that took its place because the customer disputed it.
  superseded_by text collate "C" references inspection,
  decided_at timestamptz(3) not null default now(),
  check (serial_match is distinct from false or not accepted)
);

create index inspection_by_line on inspection (rma_line_id);

create table disposition (
  -- The name under which inventory books these units, once.
  id text collate "C" primary key,
  rma_id text collate "C" not null references rma,
  rma_line_id text collate "C" not null references rma_line,
  disposition text not null check (disposition in ('restock', 'refurbish', 'quarantine', 'return_to_vendor', 'donate',
    'scrap', 'ship_back')),
  qty integer not null check (qty > 0),
  warehouse text not null,
  location text,
  status text not null default 'pending' check (status in ('pending', 'booked')),
  -- How inventory knows the movement; null for what it never gets.
  wms_movement_ref text,
  decided_by text not null,
  decided_at timestamptz(3) not null default now()
);

create index disposition_by_line on disposition (rma_line_id);
create index disposition_by_rma on disposition (rma_id);

create table resolution (
  -- The source_id of its refund.
  id text collate "C" primary key,
  rma_id text collate "C" not null references rma,
  kind text not null check (kind in ('refund', 'exchange', 'store_credit', 'repair', 'reject')),
  -- Paid before the goods are back.
  advance boolean not null default false,
  amount_minor bigint not null check (amount_minor >= 0),
  fee_minor bigint not null default 0 check (fee_minor >= 0),
  currency text not null,
  -- [{order_line_id, sku, qty, draw_id, amount_minor}]; the amounts add up to amount_minor.
  lines jsonb not null,
  replacement_lines jsonb,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  payment_refund_ref text,
  credit_ref text,
  replacement_order_ref text,
  message text,
  -- An advance must be covered by goods until then.
  clawback_due_at timestamptz,
  -- open: goods are expected. covered: they came. due: the customer owes clawback_minor.
  clawback text check (clawback in ('open', 'covered', 'due')),
  clawback_minor bigint not null default 0 check (clawback_minor >= 0),
  decided_by text not null,
  created_at timestamptz(3) not null default now(),
  ended_at timestamptz,
  check ((status = 'pending') = (ended_at is null)),
  check (advance = (clawback_due_at is not null))
);

-- One that decides, and one advance, is in force for a return at any time.
create unique index resolution_in_force on resolution (rma_id, advance) where status <> 'failed';
create index resolution_clawback on resolution (clawback_due_at) where clawback = 'open';

create table fraud_signal (
  id text collate "C" primary key,
  rma_id text collate "C" not null references rma,
  customer_id text collate "C" not null,
  kind text not null check (kind in ('return_rate', 'wardrobing', 'serial_mismatch', 'empty_box', 'advance_kept')),
  detail jsonb not null,
  created_at timestamptz(3) not null default now(),
  unique (rma_id, kind)
);

create index fraud_signal_by_customer on fraud_signal (customer_id, created_at);

-- Proof ------------------------------------------------------------------------------------------------------------

-- Empty, or something is wrong: units and money of every return against what they may be at most.
create view return_differences as
with counted as (
  select l.id, coalesce((select sum(i.qty) from inspection i where i.rma_line_id = l.id and i.accepted and i.superseded_by is null), 0) as accepted,
         coalesce((select sum(i.qty) from inspection i where i.rma_line_id = l.id and not i.accepted and i.superseded_by is null), 0) as rejected,
         coalesce((select sum((x ->> 'qty')::integer) from return_receipt r, jsonb_array_elements(r.lines) x
                   where r.rma_id = l.rma_id and x ->> 'rma_line_id' = l.id), 0) as received,
         coalesce((select sum(d.qty) from disposition d where d.rma_line_id = l.id), 0) as disposed
  from rma_line l
)
select 'received' as what, l.id, l.qty_received::bigint as stored, c.received as counted
from rma_line l join counted c using (id) where l.qty_received <> c.received
union all
select 'inspected', l.id, l.qty_accepted + l.qty_rejected, c.accepted + c.rejected
from rma_line l join counted c using (id) join rma r on r.id = l.rma_id
where not r.returnless and (l.qty_accepted <> c.accepted or l.qty_rejected <> c.rejected)
union all
select 'disposed', l.id, l.qty_accepted + l.qty_rejected, c.disposed
from rma_line l join counted c using (id) where c.disposed > l.qty_accepted + l.qty_rejected
union all
select 'paid', r.id, ceiling.minor, paid.minor
from rma r
join lateral (select sum(case when l.qty_accepted = l.drawn_qty then l.drawn_minor
                              else least(l.drawn_minor, l.qty_accepted * l.unit_minor) end) as minor
              from rma_line l where l.rma_id = r.id) ceiling on true
join lateral (select sum(s.amount_minor - s.clawback_minor + s.fee_minor) as minor from resolution s
              where s.rma_id = r.id and s.status <> 'failed') paid on true
where paid.minor > ceiling.minor
  and exists (select from resolution s where s.rma_id = r.id and not s.advance and s.status <> 'failed')
  -- What an advance exceeds is only known once the rest has come about.
  and not exists (select from resolution s where s.rma_id = r.id and s.clawback = 'open' and s.status <> 'failed')
union all
select 'shared', s.id, s.amount_minor, (select coalesce(sum((x ->> 'amount_minor')::bigint), 0) from jsonb_array_elements(s.lines) x)
from resolution s
where s.amount_minor <> (select coalesce(sum((x ->> 'amount_minor')::bigint), 0) from jsonb_array_elements(s.lines) x);
