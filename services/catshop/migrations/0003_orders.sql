create table shipping_option (
  code text primary key,
  title text not null,
  price_minor bigint not null check (price_minor >= 0),
  -- Free from this subtotal on; null means never.
  free_from_minor bigint,
  -- Business days from order to door.
  days_min integer not null,
  days_max integer not null check (days_max >= days_min)
);
insert into shipping_option values
  ('standard', 'Standard delivery', 599, 5000, 3, 5),
  ('express', 'Express delivery', 1499, null, 1, 2);

-- Sales tax on goods by destination, in hundred-thousandths: 7250 is 7.25 %. A destination without a row is not taxed.
create table tax_rate (
  country text not null,
  region text not null,
  rate integer not null check (rate between 0 and 100000),
  primary key (country, region)
);

-- One row: from which total on an agent's purchase needs its customer's confirmation.
create table purchase_policy (
  only_row boolean primary key default true check (only_row),
  confirm_above_minor bigint not null default 200000
);
insert into purchase_policy default values;

create sequence order_number;

create table orders (
  order_id text primary key,
  order_number text not null unique,
  customer_id text not null references customer,
  -- Set when the order came from a checkout; one order a checkout.
  checkout_id text unique,
  source text not null check (source in ('cart', 'one_shot')),
  status text not null check (status in ('confirmed', 'processing', 'completed', 'cancelled')),
  fulfillment_status text not null check (fulfillment_status in ('unfulfilled', 'shipped', 'delivered')),
  currency text not null,
  subtotal_minor bigint not null,
  discount_minor bigint not null,
  shipping_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null check (total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor),
  coupon_code text references coupon,
  shipping_option text not null,
  payment_method text not null,
  address_untrusted jsonb not null,
  placed_at timestamptz not null,
  shipped_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason_untrusted text,
  version integer not null default 1
);
create index orders_customer on orders (customer_id, order_id);

create table order_line (
  order_id text not null references orders,
  line integer not null,
  product_id text not null references product,
  sku text not null,
  name text not null,
  quantity integer not null check (quantity > 0),
  unit_price_minor bigint not null,
  discount_minor bigint not null,
  shipping_minor bigint not null,
  tax_minor bigint not null,
  -- What the customer paid for this line; the lines add up to the order's total.
  paid_minor bigint not null
    check (paid_minor = quantity * unit_price_minor - discount_minor + shipping_minor + tax_minor),
  primary key (order_id, line)
);
create index order_line_product on order_line (product_id);

create table coupon_redemption (
  code text not null references coupon,
  order_id text not null references orders,
  customer_id text not null,
  primary key (code, order_id)
);
create index coupon_redemption_customer on coupon_redemption (customer_id, code);

create table checkout_session (
  checkout_id text primary key,
  customer_id text not null references customer,
  status text not null check (status in ('ready_for_complete', 'completed', 'canceled')),
  cart_version integer not null,
  address_untrusted jsonb not null,
  shipping_option text not null references shipping_option,
  total_minor bigint not null,
  order_ref text unique references orders,
  expires_at timestamptz not null,
  check ((status = 'completed') = (order_ref is not null))
);
create unique index checkout_session_open on checkout_session (customer_id) where status = 'ready_for_complete';
