-- Who must agree to a call of a tool, where it differs from the usual: account '*' stands for everybody.
create table approval_rule (
  tool text not null,
  account text not null,
  tier text not null check (tier in ('A0', 'A1', 'A2', 'A3')),
  primary key (tool, account)
);
