-- Who is signed in at the pages of auth itself. The id stands in a cookie; here is its hash.
create table page_session (
  id_hash bytea primary key,
  sub text not null references account on delete cascade,
  -- When the person last typed the password, and last proved to be there by something else.
  password_at timestamptz not null,
  second_factor_at timestamptz,
  second_factor text check (second_factor in ('otp', 'hwk')),
  -- What a passkey is to sign next.
  challenge text,
  expires_at timestamptz not null,
  check ((second_factor is null) = (second_factor_at is null))
);
create index page_session_expires_at on page_session (expires_at);
create index page_session_sub on page_session (sub);

-- What a person's authenticator app computes codes from, encrypted. A code counts once.
create table one_time_code (
  sub text primary key references account on delete cascade,
  secret bytea not null,
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);

create table passkey (
  id text primary key,
  sub text not null references account on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index passkey_sub on passkey (sub);
