-- People who sign in. A customer's sub is the customer id; emails and usernames are stored in lower case.
create table account (
  sub text primary key,
  email text not null unique check (email = lower(email)),
  username text not null unique check (username = lower(username)),
  role text not null,
  password_hash text not null,
  is_demo boolean not null default false,
  locked_at timestamptz,
  created_at timestamptz not null default now()
);

-- Attempts per key (hashes of address, address + account, account) in a window that starts with the first one.
create table sign_in_limit (
  key bytea primary key,
  attempts integer not null,
  resets_at timestamptz not null,
  blocked_until timestamptz
);

create index sign_in_limit_resets_at on sign_in_limit (resets_at);
