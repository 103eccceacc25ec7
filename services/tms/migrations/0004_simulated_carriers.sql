-- The books of the simulated carriers; only src/carrier/simulator*.ts looks into them.

create table simulated_consignment (
  -- The parcel's barcode within the label's id: the same request again is the same consignment.
  key text collate "C" primary key,
  carrier_id text collate "C" not null,
  tracking_no text collate "C" not null unique,
  quirk text,
  state text not null check (state in ('moving', 'voided', 'turned_back')),
  cost_minor bigint not null,
  created_at timestamptz not null default now()
);

create sequence simulated_tracking_no start 1000000;

-- Scans that are to be told, and those that were.
create table simulated_scan (
  id text collate "C" not null,
  copy integer not null,
  carrier_id text collate "C" not null,
  tracking_no text collate "C" not null,
  body jsonb not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  delivered_at timestamptz,
  primary key (id, copy)
);

create index simulated_scan_due on simulated_scan (due_at) where delivered_at is null;
create index simulated_scan_by_consignment on simulated_scan (tracking_no) where delivered_at is null;
