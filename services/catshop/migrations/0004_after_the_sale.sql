create table review (
  review_id text primary key,
  customer_id text not null references customer,
  product_id text not null references product,
  -- The purchase that it is about; null when the customer never bought the product here.
  order_id text references orders,
  rating integer not null check (rating between 1 and 5),
  text_untrusted text not null,
  status text not null check (status in ('pending', 'published', 'rejected')),
  verified_purchase boolean not null generated always as (order_id is not null) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (customer_id, product_id, order_id)
);
create index review_product on review (product_id, review_id) where status = 'published';

create sequence return_number;

-- What a customer asks to send back. RMA authorises, receives and pays once it exists.
create table return_request (
  return_id text primary key,
  rma_number text not null unique,
  order_id text not null references orders,
  customer_id text not null references customer,
  status text not null check (status in ('requested', 'cancelled')),
  reason_untrusted text not null,
  requested_at timestamptz not null default now()
);
create index return_request_order on return_request (order_id);

create table return_line (
  return_id text not null references return_request,
  order_id text not null,
  line integer not null,
  quantity integer not null check (quantity > 0),
  primary key (return_id, line),
  foreign key (order_id, line) references order_line
);
