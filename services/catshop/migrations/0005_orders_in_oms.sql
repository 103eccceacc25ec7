-- Orders live in OMS; the shop keeps no copy. A checkout holds what was agreed until OMS has made an order of it.

create table customer_payment_method (
  customer_id text not null references customer,
  -- Token of the payment provider; never card data.
  token text not null,
  label text not null,
  position integer not null default 0,
  primary key (customer_id, token)
);
alter table customer drop column default_payment_method;

alter table checkout_session
  drop constraint checkout_session_order_ref_fkey,
  drop constraint checkout_session_status_check,
  drop constraint checkout_session_check;
alter table checkout_session
  add check (status in ('ready_for_complete', 'complete_in_progress', 'requires_escalation', 'completed', 'canceled')),
  add column source text not null default 'cart' check (source in ('cart', 'one_shot')),
  -- What OMS is asked to make an order of; set once the purchase has begun, and never changed.
  add column purchase jsonb,
  add column coupon_code text references coupon,
  add column order_number text,
  -- Where the customer confirms the payment.
  add column action_url text,
  -- Why it came to nothing, as the customer was told.
  add column failure jsonb,
  -- The order was cancelled as a whole.
  add column revoked boolean not null default false,
  add column begun_at timestamptz,
  add column completed_at timestamptz,
  add check ((status = 'completed') = (order_ref is not null)),
  add check ((status in ('complete_in_progress', 'requires_escalation', 'completed')) <= (purchase is not null));
-- A cart is bought by one checkout at a time.
create unique index checkout_session_running on checkout_session (customer_id)
  where source = 'cart' and status in ('complete_in_progress', 'requires_escalation');
create index checkout_session_unfinished on checkout_session (begun_at)
  where status in ('complete_in_progress', 'requires_escalation');
create index checkout_session_completed on checkout_session (customer_id, completed_at) where status = 'completed';

drop table coupon_redemption;
create table coupon_redemption (
  code text not null references coupon,
  checkout_id text not null,
  customer_id text not null,
  primary key (code, checkout_id)
);
create index coupon_redemption_customer on coupon_redemption (customer_id, code);

alter table review drop constraint review_order_id_fkey;
alter table return_request drop constraint return_request_order_id_fkey;
alter table return_line drop constraint return_line_order_id_line_fkey;
alter table return_line add column product_id text not null, add column name text not null;

drop table order_line;
drop table orders;
drop sequence order_number;
