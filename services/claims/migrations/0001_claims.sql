create sequence claim_number;

-- Claims of customers --------------------------------------------------------------------------------------------------

create table claim (
  id text collate "C" primary key,
  number text collate "C" not null unique,
  kind text not null check (kind in ('damaged', 'missing', 'wrong_item', 'not_received', 'late', 'quality')),
  status text not null check (status in ('draft', 'submitted', 'under_review', 'info_requested', 'assessed', 'approved',
    'partially_approved', 'denied', 'appealed', 'settling', 'settled', 'closed', 'withdrawn')),
  -- Where a settlement that failed goes back to.
  resume_status text check (resume_status in ('approved', 'partially_approved')),
  order_id text collate "C" not null,
  order_number text collate "C" not null,
  customer_id text collate "C" not null,
  -- Sales region of the order.
  region text not null,
  -- The parcel that the claim is about, as orders and logistics name it.
  shipment_ref text collate "C",
  carrier text,
  tracking text,
  -- When the goods arrived or should have: deadlines of the carrier run from there.
  event_on timestamptz not null,
  requested text not null check (requested in ('refund', 'replacement', 'store_credit')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  requested_minor bigint not null check (requested_minor >= 0),
  approved_minor bigint check (approved_minor > 0 and approved_minor <= requested_minor),
  reason_code text,
  -- Who is thought to be liable, once assessed.
  liability_party text check (liability_party in ('carrier', 'insurer', 'supplier', 'customer', 'retailer')),
  statement text,
  -- The return that the goods were part of: it compensates the customer.
  rma_number text,
  -- Entitlements are drawn anew when a denied claim is appealed: each round under a name of its own.
  draw_round integer not null default 1 check (draw_round > 0),
  -- Rounds that were begun; one that came to nothing is not used again.
  draw_tries integer not null default 1 check (draw_tries >= draw_round),
  sla_due timestamptz,
  opened_by text not null,
  opened_at timestamptz(3) not null default now(),
  decided_at timestamptz,
  settled_at timestamptz,
  version bigint not null default 1,
  check ((status = 'settling') = (resume_status is not null)),
  check (approved_minor is not null or status not in ('approved', 'partially_approved', 'settling', 'settled', 'closed'))
);

create index claim_newest on claim (opened_at, id);
create index claim_by_status on claim (status, opened_at, id);
create index claim_by_customer on claim (customer_id, opened_at, id);
create index claim_by_order on claim (order_id);
create index claim_by_shipment on claim (shipment_ref) where shipment_ref is not null;
create index claim_due on claim (sla_due) where sla_due is not null;

create table claim_line (
  claim_id text collate "C" not null references claim,
  order_line_id text collate "C" not null,
  sku text collate "C" not null,
  title text not null,
  -- Units that are compensated; zero for money alone, such as for a late delivery.
  qty integer not null check (qty >= 0),
  requested_minor bigint not null check (requested_minor > 0),
  approved_minor bigint check (approved_minor >= 0 and approved_minor <= requested_minor),
  keep_item boolean not null default false,
  -- What orders has set apart for this line; nothing is paid without it.
  draw_id text,
  primary key (claim_id, order_line_id)
);

create index claim_line_by_order_line on claim_line (order_line_id);

-- Everything that happened to a claim; entries are only added.
create table claim_event (
  id bigint generated always as identity primary key,
  claim_id text collate "C" not null references claim,
  type text not null,
  from_status text,
  to_status text,
  actor text not null,
  data jsonb not null default '{}',
  at timestamptz not null default now()
);

create index claim_event_by_claim on claim_event (claim_id, id);
create index claim_event_by_time on claim_event (at);

-- Evidence -------------------------------------------------------------------------------------------------------------

create table evidence (
  id text collate "C" primary key,
  claim_id text collate "C" not null references claim,
  kind text not null
    check (kind in ('photo', 'pod', 'invoice', 'weight', 'statement', 'packaging', 'bill_of_lading', 'tracking')),
  uri text not null,
  -- Of the content, so that nobody can exchange it later.
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  mime text not null,
  source text not null check (source in ('customer', 'staff', 'service')),
  -- Whether place and time in the picture fit the story; unknown until somebody has looked.
  exif_ok boolean,
  added_by text not null,
  received_at timestamptz not null default now(),
  unique (claim_id, sha256)
);

create table evidence_request (
  id text collate "C" primary key,
  claim_id text collate "C" not null references claim,
  kinds text[] not null,
  message text not null,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  answered_at timestamptz
);

create unique index evidence_request_open on evidence_request (claim_id) where answered_at is null;

-- Decisions ------------------------------------------------------------------------------------------------------------

-- Who had which part in the decision of a claim: nobody has two, so that no assessor approves.
create table claim_part (
  claim_id text collate "C" not null references claim,
  account text collate "C" not null,
  part text not null check (part in ('assessor', 'approver')),
  primary key (claim_id, account),
  unique (claim_id, account, part)
);

create table assessment (
  id text collate "C" primary key,
  claim_id text collate "C" not null references claim,
  findings text not null,
  -- Shares of the liability in hundredths of a percent.
  carrier_bp integer not null check (carrier_bp >= 0),
  supplier_bp integer not null check (supplier_bp >= 0),
  customer_bp integer not null check (customer_bp >= 0),
  retailer_bp integer not null check (retailer_bp >= 0),
  fraud_score integer not null check (fraud_score between 0 and 100),
  recommendation text not null check (recommendation in ('approve', 'partially_approve', 'deny')),
  recommended_minor bigint not null check (recommended_minor >= 0),
  assessor text collate "C" not null,
  part text not null generated always as ('assessor') stored,
  assessed_at timestamptz not null default now(),
  check (carrier_bp + supplier_bp + customer_bp + retailer_bp = 10000),
  foreign key (claim_id, assessor, part) references claim_part (claim_id, account, part)
);

create index assessment_by_claim on assessment (claim_id, id);

create table decision (
  id text collate "C" primary key,
  claim_id text collate "C" not null references claim,
  verdict text not null check (verdict in ('approved', 'partially_approved', 'denied')),
  amount_minor bigint not null check (amount_minor >= 0),
  reason_code text,
  letter text,
  decided_by text collate "C" not null,
  -- A denial moves nothing: only who lets money go must be another person than the assessor.
  part text generated always as (case when verdict = 'denied' then null else 'approver' end) stored,
  decided_at timestamptz not null default now(),
  check ((verdict = 'denied') = (amount_minor = 0)),
  check ((verdict = 'denied') = (reason_code is not null)),
  foreign key (claim_id, decided_by, part) references claim_part (claim_id, account, part)
);

create index decision_by_claim on decision (claim_id, id);

-- Settlement -----------------------------------------------------------------------------------------------------------

create table settlement (
  -- Names the refund that pays it, for ever.
  id text collate "C" primary key,
  claim_id text collate "C" not null references claim,
  method text not null check (method in ('refund', 'replacement', 'store_credit')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  payment_ref text,
  replacement_ref text,
  credit_ref text,
  message text,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((status = 'pending') = (ended_at is null))
);

create unique index settlement_once on settlement (claim_id) where status <> 'failed';
