-- The entries of an account are read by time, so each carries that of its transaction.
drop index ledger_entry_by_account;
alter table ledger_entry add column ts timestamptz;

-- Writing the table anew leaves no dead rows behind, as an update of all of them would.
create function pg_temp.time_of(tx text) returns timestamptz stable language sql
  return (select ts from ledger_tx where id = tx);
alter table ledger_entry
  alter column ts type timestamptz using pg_temp.time_of(tx_id),
  alter column ts set default now(),
  alter column ts set not null;

create index ledger_entry_by_time on ledger_entry (account_id, ts, id) include (direction, amount_minor);

create or replace function require_balance() returns trigger
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
  if exists (select from ledger_entry e join ledger_tx t on t.id = e.tx_id where t.id = tx and t.ts <> e.ts) then
    raise exception 'ledger transaction % has entries of another time', tx using errcode = 'check_violation';
  end if;
  return null;
end
$$;
