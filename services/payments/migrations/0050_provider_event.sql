-- Inbox of the payment providers: every notification that was authentic, once. What it says is read from the payload
-- each time, so that a notification which came before its payment can be tried again.
create table provider_event (
  provider text not null,
  event_id text collate "C" not null,
  type text not null,
  payload json not null,
  received_at timestamptz not null default now(),
  attempts int not null default 0,
  -- Null while the payment that it is about is not known here.
  processed_at timestamptz,
  primary key (provider, event_id)
);

create index provider_event_waiting on provider_event (received_at) where processed_at is null;
