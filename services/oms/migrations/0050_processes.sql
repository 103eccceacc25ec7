-- A checkout on its way to an order: who asks again hears from it what the process is waiting for.
create table checkout (
  id text collate "C" primary key,
  order_id text collate "C" not null unique,
  customer_id text collate "C" not null,
  state text not null default 'running' check (state in ('running', 'requires_action', 'completed', 'failed')),
  payment_id text collate "C",
  -- Where the customer confirms the payment.
  action_url text,
  started_at timestamptz not null default now(),
  check ((state = 'requires_action') = (action_url is not null))
);

-- A fact that could not be applied is tried again with growing pauses, and parked after the fifth time.
alter table fact
  add column attempts integer not null default 0,
  add column retry_at timestamptz;

create index fact_retry on fact (retry_at) where state = 'waiting' and retry_at is not null;
create index fact_of_order on fact (order_id) where state in ('waiting', 'parked');

-- Where orders, inventory and payments tell different stories about one order.
create table order_difference (
  order_id text collate "C" not null references orders,
  -- What was compared, such as payment.captured or stock:CAT-1001.
  subject text not null,
  expected text not null,
  actual text not null,
  found_at timestamptz not null default now(),
  primary key (order_id, subject)
);

create index order_difference_oldest on order_difference (found_at, order_id);

create index order_event_recorded on order_event (recorded_at);
