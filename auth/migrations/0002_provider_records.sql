-- Everything the authorization server keeps: sessions, grants, codes, refresh tokens, registered clients. Identifiers
-- that open something are stored hashed.
create table provider_record (
  model text not null,
  id_hash bytea not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  user_code text,
  client_id text,
  expires_at timestamptz,
  consumed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (model, id_hash)
);

create index provider_record_grant on provider_record (grant_id) where grant_id is not null;
create index provider_record_uid on provider_record (uid) where uid is not null;
create index provider_record_user_code on provider_record (user_code) where user_code is not null;
create index provider_record_expires_at on provider_record (expires_at) where expires_at is not null;
create index provider_record_client on provider_record (client_id, model) where client_id is not null;
