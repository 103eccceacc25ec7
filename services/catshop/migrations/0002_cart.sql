create table customer (
  customer_id text primary key,
  username text not null unique,
  email text unique,
  name text,
  -- {name, line1, line2?, city, region, postal_code, country}
  default_address jsonb,
  default_payment_method text,
  created_at timestamptz not null default now()
);

create table coupon (
  code text primary key check (code = upper(code)),
  description text not null,
  percent_basis_points integer check (percent_basis_points between 1 and 10000),
  amount_minor bigint check (amount_minor > 0),
  minimum_subtotal_minor bigint not null default 0,
  starts_at timestamptz not null default now(),
  ends_at timestamptz,
  once_per_customer boolean not null default false,
  usage_limit integer,
  used_count integer not null default 0 check (used_count >= 0),
  check (num_nonnulls(percent_basis_points, amount_minor) = 1),
  check (used_count <= usage_limit)
);

create table cart (
  username text primary key,
  coupon_code text references coupon,
  version integer not null default 1,
  expires_at timestamptz not null
);

create table cart_items (
  username text not null,
  product_id text not null references product,
  quantity integer not null check (quantity between 1 and 99),
  -- Price when the line was added or last changed.
  price_minor bigint not null,
  added_at timestamptz not null default now(),
  primary key (username, product_id)
);
