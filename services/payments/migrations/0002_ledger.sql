-- Double entry: every transaction's debits equal its credits, per currency, or it does not commit.

-- One account a code and currency, and one a customer for store credit. Made when first booked on.
create table ledger_account (
  id text collate "C" primary key,
  code text not null,
  type text not null check (type in ('asset', 'liability', 'income', 'expense', 'equity')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  owner text,
  unique (id, currency)
);

create table ledger_tx (
  id text collate "C" primary key,
  ts timestamptz not null default now(),
  kind text not null,
  cause text not null,
  external_ref text collate "C" unique
);

create index ledger_tx_by_time on ledger_tx (ts, id);

create table ledger_entry (
  id bigint generated always as identity primary key,
  tx_id text collate "C" not null references ledger_tx,
  account_id text collate "C" not null,
  currency text not null,
  direction text not null check (direction in ('debit', 'credit')),
  amount_minor bigint not null check (amount_minor > 0),
  foreign key (account_id, currency) references ledger_account (id, currency)
);

create index ledger_entry_by_tx on ledger_entry (tx_id);
create index ledger_entry_by_account on ledger_entry (account_id, id desc) include (direction, amount_minor);

create function require_balance() returns trigger
  language plpgsql
as $$
declare
  tx text;
begin
  if tg_table_name = 'ledger_tx' then tx := new.id; else tx := new.tx_id; end if;
  if not exists (select from ledger_entry where tx_id = tx)
    or exists (
      select from ledger_entry where tx_id = tx group by currency
      having sum(case direction when 'debit' then amount_minor else -amount_minor end) <> 0)
  then
    raise exception 'ledger transaction % does not balance', tx using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create constraint trigger ledger_tx_balances after insert on ledger_tx
  deferrable initially deferred for each row execute function require_balance();
create constraint trigger ledger_entry_balances after insert on ledger_entry
  deferrable initially deferred for each row execute function require_balance();

-- What is booked stays: a mistake is undone by another booking.
do $$
begin
  execute format('revoke update, delete, truncate on ledger_account, ledger_tx, ledger_entry from %I', current_schema());
end
$$;

-- Sums of days that are over, so that a balance need not add up all of history.
create table ledger_day (
  account_id text collate "C" not null references ledger_account,
  day date not null,
  debit_minor bigint not null,
  credit_minor bigint not null,
  primary key (account_id, day)
);

-- Days up to this one (UTC) are summed up; nothing is booked on them any more.
create table ledger_closed (only_row boolean primary key default true check (only_row), through date not null);
insert into ledger_closed (through) values ('-infinity');

create function close_ledger_days(last_day date) returns void
  language plpgsql
as $$
declare
  closed date := (select through from ledger_closed for update);
begin
  insert into ledger_day (account_id, day, debit_minor, credit_minor)
    select e.account_id, (t.ts at time zone 'utc')::date,
           coalesce(sum(e.amount_minor) filter (where e.direction = 'debit'), 0),
           coalesce(sum(e.amount_minor) filter (where e.direction = 'credit'), 0)
    from ledger_tx t join ledger_entry e on e.tx_id = t.id
    where t.ts >= (case when isfinite(closed) then (closed + 1)::timestamp at time zone 'utc' else '-infinity' end)
      and t.ts < (last_day + 1)::timestamp at time zone 'utc'
    group by 1, 2;
  update ledger_closed set through = greatest(closed, last_day);
end
$$;

-- Credit that a customer can spend; the balance equals the customer's account in the ledger.
create table store_credit (
  customer_id text collate "C" not null,
  currency text not null,
  balance_minor bigint not null check (balance_minor >= 0),
  version bigint not null default 1,
  primary key (customer_id, currency)
);

create table store_credit_grant (
  id text collate "C" primary key,
  customer_id text collate "C" not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  source text not null,
  source_id text collate "C" not null,
  reason text not null,
  granted_by text not null,
  granted_at timestamptz not null default now(),
  unique (source, source_id)
);

-- Reconciliation ---------------------------------------------------------------------------------------------------

-- What the provider says it booked.
create table settlement_line (
  provider text not null,
  provider_ref text collate "C" not null,
  kind text not null check (kind in ('capture', 'refund', 'dispute', 'dispute_reversal')),
  operation_id text collate "C",
  authorization_ref text not null,
  amount_minor bigint not null,
  fee_minor bigint not null,
  currency text not null,
  booked_at timestamptz not null,
  primary key (provider, kind, provider_ref)
);

create index settlement_line_by_operation on settlement_line (operation_id);

create table reconciliation (
  provider text not null,
  day date not null,
  lines integer not null,
  matched integer not null,
  -- [{currency, fee_minor}], booked over all runs of the day
  fees jsonb not null,
  ran_at timestamptz not null default now(),
  primary key (provider, day)
);

create table recon_item (
  provider text not null,
  day date not null,
  kind text not null check (kind in ('missing_here', 'missing_at_provider', 'amount_differs', 'unknown_outcome')),
  reference text collate "C" not null,
  ours_minor bigint,
  theirs_minor bigint,
  currency text not null,
  primary key (provider, day, kind, reference),
  foreign key (provider, day) references reconciliation on delete cascade
);

-- Proof ------------------------------------------------------------------------------------------------------------

-- Empty, or something is wrong: the ledger in itself, the sums of every payment against its operations and disputes,
-- every movement of money against its booking, store credit against its accounts, closed days against their entries.
create view ledger_differences as
with moved as (
  select intent_id,
    coalesce(sum(amount_minor) filter (where kind = 'capture' and status = 'succeeded'), 0) as captured,
    coalesce(sum(amount_minor) filter (where kind = 'capture' and status in ('requested', 'sent', 'unknown')), 0) as capture_pending,
    coalesce(sum(amount_minor) filter (where kind = 'void' and status = 'succeeded'), 0) as voided,
    coalesce(sum(amount_minor) filter (where kind = 'void' and status in ('requested', 'sent', 'unknown')), 0) as void_pending,
    coalesce(sum(amount_minor) filter (where kind = 'refund' and status = 'succeeded'), 0) as refunded,
    coalesce(sum(amount_minor) filter (where kind = 'refund' and status in ('requested', 'sent', 'unknown')), 0) as refund_pending
  from operation group by intent_id
), contested as (
  select intent_id,
    coalesce(sum(amount_minor) filter (where status not in ('won', 'lost', 'accepted')), 0) as disputed,
    coalesce(sum(amount_minor) filter (where status in ('lost', 'accepted')), 0) as lost
  from dispute where funds_withdrawn group by intent_id
), intent_sum as (
  select i.id, s.name, s.balance, coalesce(s.recorded, 0) as recorded
  from payment_intent i left join moved m on m.intent_id = i.id left join contested c on c.intent_id = i.id,
    lateral (values
      ('captured', i.captured_minor, m.captured),
      ('capture_pending', i.capture_pending_minor, m.capture_pending),
      ('voided', i.voided_minor, m.voided),
      ('void_pending', i.void_pending_minor, m.void_pending),
      ('refunded', i.refunded_minor, m.refunded),
      ('refund_pending', i.refund_pending_minor, m.refund_pending),
      ('disputed', i.disputed_minor, c.disputed),
      ('dispute_lost', i.dispute_lost_minor, c.lost)) as s (name, balance, recorded)
), cash as (
  select t.external_ref, sum(case e.direction when 'debit' then e.amount_minor else -e.amount_minor end) as amount
  from ledger_tx t join ledger_entry e on e.tx_id = t.id join ledger_account a on a.id = e.account_id
  where a.code = 'psp_clearing' and t.kind in ('capture', 'refund', 'refund_reversal')
  group by t.external_ref
), expected as (
  select id, case kind when 'capture' then amount_minor else -amount_minor end as amount
  from operation where kind in ('capture', 'refund') and status in ('succeeded', 'reversed')
  union all
  select id || ':reversal', amount_minor from operation where kind = 'refund' and status = 'reversed'
), owed as (
  select a.owner as customer_id, a.currency,
    sum(case e.direction when 'credit' then e.amount_minor else -e.amount_minor end) as amount
  from ledger_account a join ledger_entry e on e.account_id = a.id
  where a.code = 'store_credit_liability' group by a.owner, a.currency
)
select 'transaction' as source, tx_id as id, currency as detail, 0::numeric as balance,
    sum(case direction when 'debit' then amount_minor else -amount_minor end) as recorded
  from ledger_entry group by tx_id, currency
  having sum(case direction when 'debit' then amount_minor else -amount_minor end) <> 0
union all
select 'payment', id, name, balance, recorded from intent_sum where balance <> recorded
union all
select 'operation', coalesce(x.id, c.external_ref), 'booking', coalesce(c.amount, 0), coalesce(x.amount, 0)
  from expected x full join cash c on c.external_ref = x.id
  where coalesce(x.amount, 0) <> coalesce(c.amount, 0)
union all
select 'store_credit', coalesce(s.customer_id, o.customer_id), coalesce(s.currency, o.currency),
    coalesce(s.balance_minor, 0), coalesce(o.amount, 0)
  from store_credit s full join owed o using (customer_id, currency)
  where coalesce(s.balance_minor, 0) <> coalesce(o.amount, 0)
union all
select 'closed_day', coalesce(d.account_id, b.account_id), coalesce(d.day, b.day)::text,
    coalesce(d.net, 0), coalesce(b.net, 0)
  from (select account_id, day, debit_minor - credit_minor as net from ledger_day) as d
  full join (
    select e.account_id, (t.ts at time zone 'utc')::date as day,
      sum(case e.direction when 'debit' then e.amount_minor else -e.amount_minor end) as net
    from ledger_closed c, ledger_tx t join ledger_entry e on e.tx_id = t.id
    where (t.ts at time zone 'utc')::date <= c.through
    group by 1, 2
  ) as b using (account_id, day)
  where coalesce(d.net, 0) <> coalesce(b.net, 0);
