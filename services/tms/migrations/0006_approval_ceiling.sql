-- Above it, confirming is not enough: another person decides. Null: confirming is always enough.
alter table approval_limit add column confirm_up_to_minor bigint check (confirm_up_to_minor >= 0);
