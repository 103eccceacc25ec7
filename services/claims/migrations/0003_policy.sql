-- Who must agree: the first rule of the tool, from the lowest ceiling up, whose currency and ceiling fit; '*' fits every
-- currency. Where no rule fits, two other persons decide.
create table approval_rule (
  tool text not null,
  currency text not null default '*',
  up_to_minor bigint check (up_to_minor >= 0),
  tier text not null check (tier in ('A0', 'A1', 'A2', 'A3')),
  unique nulls not distinct (tool, currency, up_to_minor)
);

insert into approval_rule (tool, currency, up_to_minor, tier) values
  ('deny_claim', '*', null, 'A1'),
  ('file_carrier_claim', '*', null, 'A1'),
  ('accept_recovery_offer', '*', null, 'A2'),
  ('write_off_recovery', '*', null, 'A2'),
  -- What is paid out: as refunds, of 500 of the currency's major unit or about as much.
  ('approve_claim', 'USD', 50000, 'A2'),
  ('approve_claim', 'EUR', 50000, 'A2'),
  ('approve_claim', 'GBP', 50000, 'A2'),
  ('approve_claim', 'JPY', 75000, 'A2'),
  ('approve_claim', 'KWD', 150000, 'A2'),
  ('approve_claim', '*', null, 'A3');
