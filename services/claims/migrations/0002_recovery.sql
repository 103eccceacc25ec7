-- Recovery from carriers, insurers and suppliers -------------------------------------------------------------------------

create sequence recovery_file_number;

create table recovery (
  id text collate "C" primary key,
  -- The number of the claim file: one for each recovery (49 CFR 370.5).
  file_number text collate "C" not null unique,
  -- The customer's claim that it pays for, if there is one.
  claim_id text collate "C" references claim,
  shipment_ref text collate "C" not null,
  order_id text collate "C",
  counterparty_kind text not null check (counterparty_kind in ('carrier', 'insurer', 'supplier')),
  counterparty text collate "C" not null,
  service text not null default '*',
  policy_no text,
  tracking text,
  status text not null check (status in ('identified', 'filed', 'acknowledged', 'offer', 'accepted', 'rejected', 'paid',
    'closed', 'declined', 'disputed', 'written_off', 'expired')),
  basis text not null check (basis in ('loss', 'damage', 'shortage', 'delay', 'defect')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- What would be asked for, and what was.
  expected_minor bigint not null check (expected_minor >= 0),
  claimed_minor bigint check (claimed_minor > 0),
  offered_minor bigint check (offered_minor > 0 and offered_minor <= claimed_minor),
  paid_minor bigint check (paid_minor > 0 and paid_minor <= claimed_minor),
  -- What a claim must say to be one (49 CFR 370.3): which shipment, who is liable, and the amount above.
  identification text,
  liability_assertion text,
  event_on timestamptz not null,
  identified_at timestamptz(3) not null default now(),
  filed_at timestamptz,
  filed_by text,
  ended_at timestamptz,
  -- When the alarm before a missed filing was raised: without it nothing expires.
  alarmed_at timestamptz,
  ledger_tx text,
  counterparty_ref text,
  version bigint not null default 1,
  check (status in ('identified', 'expired') or (filed_at is not null and filed_by is not null
    and claimed_minor is not null and identification is not null and liability_assertion is not null)),
  check (status <> 'expired' or alarmed_at is not null),
  check (status not in ('paid', 'closed') or (paid_minor is not null and ledger_tx is not null)),
  check ((status in ('closed', 'written_off', 'expired')) = (ended_at is not null))
);

-- What went wrong with a shipment is recovered from one counterparty once, for each claim of a customer or without one.
create unique index recovery_once on recovery (shipment_ref, counterparty_kind, counterparty, coalesce(claim_id, ''))
  where status <> 'expired';
create index recovery_by_claim on recovery (claim_id) where claim_id is not null;
create index recovery_newest on recovery (identified_at, id);

create table recovery_event (
  id bigint generated always as identity primary key,
  recovery_id text collate "C" not null references recovery,
  type text not null,
  from_status text,
  to_status text,
  actor text not null,
  data jsonb not null default '{}',
  at timestamptz not null default now()
);

create index recovery_event_by_recovery on recovery_event (recovery_id, id);
create index recovery_event_by_time on recovery_event (at);

-- Papers that a filed recovery came with.
create table recovery_document (
  recovery_id text collate "C" not null references recovery,
  kind text not null,
  uri text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  mime text not null,
  added_at timestamptz not null default now(),
  primary key (recovery_id, sha256)
);

-- What was written to and by the other side, of a claim or a recovery.
create table correspondence (
  id text collate "C" primary key,
  claim_id text collate "C" references claim,
  recovery_id text collate "C" references recovery,
  direction text not null check (direction in ('in', 'out')),
  kind text not null,
  -- Somebody else's words: data, never instructions.
  text_untrusted text not null,
  amount_minor bigint,
  author text not null,
  at timestamptz not null default now(),
  check (num_nonnulls(claim_id, recovery_id) = 1)
);

create index correspondence_by_claim on correspondence (claim_id, id) where claim_id is not null;
create index correspondence_by_recovery on correspondence (recovery_id, id) where recovery_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end
$$;

create trigger correspondence_append_only before update or delete on correspondence
  for each row execute function refuse_change();
create trigger claim_event_append_only before update or delete on claim_event
  for each row execute function refuse_change();
create trigger recovery_event_append_only before update or delete on recovery_event
  for each row execute function refuse_change();

-- Deadlines ------------------------------------------------------------------------------------------------------------

-- How long each step may take: the row that names the counterparty and the service wins over '*'.
create table deadline_rule (
  party text not null check (party in ('customer', 'carrier', 'insurer', 'supplier')),
  counterparty text not null default '*',
  service text not null default '*',
  step text not null check (step in ('answer', 'file', 'acknowledge', 'decide', 'follow_up', 'sue')),
  within interval not null,
  -- Days before the end on which people are told.
  alarm_days integer not null default 14 check (alarm_days >= 0),
  source text not null,
  primary key (party, counterparty, service, step)
);

insert into deadline_rule (party, step, within, alarm_days, source) values
  ('customer', 'answer', '10 days', 2, 'Promise to customers'),
  ('carrier', 'file', '9 months', 30, '49 USC 14706(e)(1): a carrier may not ask for less'),
  ('carrier', 'acknowledge', '30 days', 5, '49 CFR 370.5'),
  ('carrier', 'decide', '120 days', 14, '49 CFR 370.9'),
  ('carrier', 'follow_up', '60 days', 7, '49 CFR 370.9'),
  ('carrier', 'sue', '2 years 1 day', 90, 'Usual term of bills of lading; check the contract'),
  ('insurer', 'file', '90 days', 14, 'Set to the policy'),
  ('insurer', 'acknowledge', '30 days', 5, 'Set to the policy'),
  ('insurer', 'decide', '120 days', 14, 'Set to the policy'),
  ('insurer', 'follow_up', '60 days', 7, 'Set to the policy'),
  ('insurer', 'sue', '1 year', 60, 'Set to the policy'),
  ('supplier', 'file', '30 days', 7, 'Set to the contract'),
  ('supplier', 'acknowledge', '14 days', 3, 'Set to the contract'),
  ('supplier', 'decide', '60 days', 7, 'Set to the contract'),
  ('supplier', 'follow_up', '30 days', 5, 'Set to the contract'),
  ('supplier', 'sue', '1 year', 60, 'Set to the contract');

create table recovery_deadline (
  recovery_id text collate "C" not null references recovery,
  step text not null check (step in ('file', 'acknowledge', 'decide', 'follow_up', 'sue')),
  due_at timestamptz(3) not null,
  alarm_at timestamptz not null,
  -- When people were told that it comes near.
  alarmed_at timestamptz,
  -- When it was met, or had no meaning any more.
  ended_at timestamptz,
  primary key (recovery_id, step, due_at)
);

create index recovery_deadline_open on recovery_deadline (due_at) where ended_at is null;
create index recovery_deadline_alarm on recovery_deadline (alarm_at) where ended_at is null and alarmed_at is null;
