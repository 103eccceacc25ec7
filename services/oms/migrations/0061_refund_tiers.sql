-- Who must agree to a call that gives captured money back, as for a refund: the tier of the lowest ceiling that the amount
-- stays under. 50 and 500 of the currency's major unit, or about as much; above, and in other currencies, two persons.
create table refund_tier (
  currency text not null,
  up_to_minor bigint not null check (up_to_minor >= 0),
  tier text not null check (tier in ('A1', 'A2', 'A3')),
  primary key (currency, up_to_minor)
);

insert into refund_tier (currency, up_to_minor, tier) values
  ('USD', 5000, 'A1'), ('USD', 50000, 'A2'), ('EUR', 5000, 'A1'), ('EUR', 50000, 'A2'),
  ('GBP', 5000, 'A1'), ('GBP', 50000, 'A2'), ('JPY', 7500, 'A1'), ('JPY', 75000, 'A2'),
  ('KWD', 15000, 'A1'), ('KWD', 150000, 'A2');
