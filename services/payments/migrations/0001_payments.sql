-- Payments ---------------------------------------------------------------------------------------------------------

-- One payment: what a customer owes for one checkout. Its sums are the balance that captures, voids and refunds draw on;
-- what is under way counts as taken.
create table payment_intent (
  id text collate "C" primary key,
  checkout_id text collate "C" not null unique,
  order_ref text collate "C" not null,
  customer_id text collate "C" not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  -- How the amount divides into goods, shipping and tax; goods take what is left.
  shipping_minor bigint not null default 0 check (shipping_minor >= 0),
  tax_minor bigint not null default 0 check (tax_minor >= 0),
  method text not null,
  -- multiple: one capture a shipment. single: the first capture is final.
  capture_method text not null check (capture_method in ('multiple', 'single')),
  provider text not null,
  -- requires_method: nothing is decided yet.
  status text not null check (status in (
    'requires_method', 'requires_action', 'authorized', 'partially_captured', 'captured',
    'voided', 'expired', 'declined', 'failed')),
  authorized_minor bigint not null default 0 check (authorized_minor >= 0),
  captured_minor bigint not null default 0 check (captured_minor >= 0),
  capture_pending_minor bigint not null default 0 check (capture_pending_minor >= 0),
  voided_minor bigint not null default 0 check (voided_minor >= 0),
  void_pending_minor bigint not null default 0 check (void_pending_minor >= 0),
  refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  refund_pending_minor bigint not null default 0 check (refund_pending_minor >= 0),
  -- Money in open disputes, and money that disputes took for good.
  disputed_minor bigint not null default 0 check (disputed_minor >= 0),
  dispute_lost_minor bigint not null default 0 check (dispute_lost_minor >= 0),
  order_confirmed_at timestamptz,
  created_at timestamptz not null default now(),
  version bigint not null default 1,
  check (shipping_minor + tax_minor <= amount_minor),
  constraint never_more_than_authorized
    check (captured_minor + capture_pending_minor + voided_minor + void_pending_minor <= authorized_minor)
);

create index payment_intent_by_order on payment_intent (order_ref);
create index payment_intent_by_customer on payment_intent (customer_id, id);
create index payment_intent_by_status on payment_intent (status, id);

-- A refund may not take what is not there any more. A dispute may: the provider takes it without asking.
create function guard_refund() returns trigger
  language plpgsql
as $$
begin
  if new.refunded_minor + new.refund_pending_minor > new.captured_minor - new.dispute_lost_minor then
    raise exception 'payment % cannot give back more than was captured and not lost', new.id
      using errcode = 'check_violation', constraint = 'never_more_than_captured';
  end if;
  return new;
end
$$;

create trigger guard_refund before update on payment_intent for each row
  when (new.refunded_minor + new.refund_pending_minor > old.refunded_minor + old.refund_pending_minor)
  execute function guard_refund();

-- The request to a provider to reserve the money. Its id is the provider's idempotency key for ever.
create table "authorization" (
  id text collate "C" primary key,
  intent_id text collate "C" not null unique references payment_intent,
  provider_ref text collate "C" unique,
  amount_minor bigint not null check (amount_minor > 0),
  status text not null check (status in (
    'requested', 'sent', 'unknown', 'requires_action', 'authorized', 'declined', 'failed', 'voided', 'expired')),
  capture_before timestamptz,
  expiry_reported_at timestamptz,
  action_url text,
  decline_code text,
  message text,
  requested_at timestamptz not null default now(),
  decided_at timestamptz
);

create index authorization_open on "authorization" (status, requested_at)
  where status in ('requested', 'sent', 'unknown', 'requires_action');
create index authorization_expiring on "authorization" (capture_before) where status = 'authorized';

-- A capture, a void or a refund. Its id is the provider's idempotency key for ever; the row is never deleted.
create table operation (
  id text collate "C" primary key,
  kind text not null check (kind in ('capture', 'void', 'refund')),
  intent_id text collate "C" not null references payment_intent,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  status text not null check (status in ('requested', 'sent', 'unknown', 'succeeded', 'failed', 'reversed')),
  -- What it is for: shipment, rma, claim, cancel, manual …; and the id of that.
  source text not null,
  source_id text collate "C" not null,
  reason text not null,
  -- A capture after which nothing more is captured: the provider releases the rest.
  final boolean not null default false,
  provider_ref text collate "C",
  failure_code text,
  failure_message text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  ended_at timestamptz
);

create index operation_by_intent on operation (intent_id, id);
create index operation_open on operation (requested_at) where status in ('requested', 'sent', 'unknown');
create index operation_ended on operation (ended_at) where status = 'succeeded';
-- One effect a cause. Only a definitive failure makes room for another attempt.
create unique index operation_source on operation (kind, source, source_id) where status not in ('failed', 'reversed');

-- Exactly what would be refunded, worked out before anybody agrees to it.
create table refund_draft (
  id text collate "C" primary key,
  intent_id text collate "C" not null references payment_intent,
  amount_minor bigint not null check (amount_minor > 0),
  reason text,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- Holds, risk, disputes --------------------------------------------------------------------------------------------

create table hold (
  id text collate "C" primary key,
  target text not null check (target in ('payment', 'payout', 'customer', 'order')),
  target_id text collate "C" not null,
  kind text not null check (kind in (
    'fraud_review', 'manual_review', 'dispute_reserve', 'compliance', 'funds_availability', 'velocity')),
  amount_minor bigint check (amount_minor > 0),
  reason text not null,
  evidence jsonb not null default '{}',
  -- What it stops while it is active.
  blocks text[] not null check (blocks <@ array['capture', 'payout', 'refund'] and cardinality(blocks) > 0),
  placed_by text not null,
  placed_at timestamptz not null default now(),
  expires_at timestamptz,
  status text not null default 'active' check (status in (
    'active', 'release_requested', 'released', 'rejected', 'expired', 'converted')),
  release_approval_id text,
  ended_by text,
  ended_reason text,
  ended_at timestamptz,
  version bigint not null default 1
);

create index hold_in_force on hold (target_id) where status in ('active', 'release_requested');
create index hold_by_status on hold (status, id);
create index hold_ending on hold (expires_at) where status in ('active', 'release_requested');

create table risk_assessment (
  intent_id text collate "C" primary key references payment_intent,
  score integer not null check (score between 0 and 100),
  level text not null check (level in ('low', 'elevated', 'high')),
  -- [{rule, points, detail}]
  rules jsonb not null,
  decision text check (decision in ('approve', 'decline', 'escalate')),
  decided_by text,
  decided_reason text,
  decided_at timestamptz,
  assessed_at timestamptz not null default now()
);

create table dispute (
  id text collate "C" primary key,
  intent_id text collate "C" not null references payment_intent,
  provider text not null,
  provider_ref text collate "C" not null unique,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  reason text not null,
  status text not null check (status in (
    'warning', 'needs_response', 'under_review', 'won', 'lost', 'accepted', 'expired')),
  respond_by timestamptz,
  evidence jsonb,
  -- The provider has taken the money; it comes back when the dispute is won.
  funds_withdrawn boolean not null default false,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  version bigint not null default 1
);

create index dispute_by_intent on dispute (intent_id);
create index dispute_by_status on dispute (status, id);

-- What we answer to a dispute. Its id is the provider's idempotency key.
create table dispute_answer (
  id text collate "C" primary key,
  dispute_id text collate "C" not null references dispute,
  kind text not null check (kind in ('evidence', 'acceptance')),
  evidence jsonb not null default '{}',
  status text not null check (status in ('requested', 'unknown', 'succeeded', 'failed')),
  failure text,
  requested_by text not null,
  requested_at timestamptz not null default now()
);

create unique index dispute_answered_once on dispute_answer (dispute_id) where status <> 'failed';

-- Limits and policy ------------------------------------------------------------------------------------------------

-- How much a client may move, or a customer may be given, in one day (UTC). Client '*': every client of a person.
create table limit_policy (
  subject_kind text not null check (subject_kind in ('client', 'customer')),
  subject text not null,
  operation text not null check (operation in ('capture', 'refund', 'credit', 'authorize')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  max_amount_minor bigint check (max_amount_minor >= 0),
  max_count integer check (max_count >= 0),
  reason text not null,
  set_by text not null,
  set_at timestamptz not null default now(),
  primary key (subject_kind, subject, operation, currency)
);

create table limit_usage (
  subject_kind text not null,
  subject text not null,
  operation text not null,
  currency text not null,
  day date not null,
  amount_minor bigint not null,
  count integer not null,
  primary key (subject_kind, subject, operation, currency, day)
);

-- Clients and customers for whom no money moves until they are freed.
create table frozen (
  subject_kind text not null check (subject_kind in ('client', 'customer')),
  subject text not null,
  reason text not null,
  placed_by text not null,
  placed_at timestamptz not null default now(),
  primary key (subject_kind, subject)
);

-- Who must agree: the first rule of the tool, from the lowest ceiling up, whose kind, currency and ceiling fit.
-- '*' fits every kind or currency. Where no rule fits, two other persons decide.
create table approval_rule (
  tool text not null,
  kind text not null default '*',
  currency text not null default '*',
  up_to_minor bigint check (up_to_minor >= 0),
  tier text not null check (tier in ('A0', 'A1', 'A2', 'A3')),
  unique nulls not distinct (tool, kind, currency, up_to_minor)
);

insert into approval_rule (tool, kind, currency, up_to_minor, tier) values
  ('capture_payment', '*', '*', null, 'A1'),
  ('void_authorization', '*', '*', null, 'A1'),
  ('release_hold', '*', '*', null, 'A2'),
  ('release_hold', 'fraud_review', '*', null, 'A3'),
  ('release_hold', 'compliance', '*', null, 'A3'),
  ('submit_dispute_evidence', '*', '*', null, 'A2'),
  ('accept_dispute', '*', '*', null, 'A3'),
  ('review_payment', 'decline', '*', null, 'A1'),
  ('review_payment', 'approve', '*', null, 'A2'),
  ('review_payment', 'escalate', '*', null, 'A0'),
  ('post_adjustment', '*', '*', null, 'A3'),
  ('freeze_client', '*', '*', null, 'A2'),
  ('set_limit', '*', '*', null, 'A2');

-- 50 and 500 of the currency's major unit, or about as much.
insert into approval_rule (tool, currency, up_to_minor, tier)
  select tool, currency, up_to, tier
  from unnest(array['refund_payment', 'issue_store_credit']) as tool,
    (values ('USD', 5000, 'A1'), ('USD', 50000, 'A2'), ('EUR', 5000, 'A1'), ('EUR', 50000, 'A2'),
            ('GBP', 5000, 'A1'), ('GBP', 50000, 'A2'), ('JPY', 7500, 'A1'), ('JPY', 75000, 'A2'),
            ('KWD', 15000, 'A1'), ('KWD', 150000, 'A2'), ('*', null, 'A3')) as rule (currency, up_to, tier);

insert into limit_policy (subject_kind, subject, operation, currency, max_amount_minor, max_count, reason, set_by) values
  ('client', '*', 'refund', 'USD', 1000000, 500, 'Opening policy', 'policy'),
  ('client', '*', 'credit', 'USD', 500000, 200, 'Opening policy', 'policy');
