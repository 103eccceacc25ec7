-- Trigrams live in a schema of their own, which every service may use and which no search path contains.
create schema if not exists extensions;
grant usage on schema extensions to public;
create extension if not exists pg_trgm;
alter extension pg_trgm set schema extensions;

create table product (
  product_id text primary key,
  legacy_no integer not null unique,
  name text not null,
  description text not null,
  category text not null,
  price_minor bigint not null check (price_minor >= 0),
  currency text not null,
  popularity real not null default 0,
  -- Of published reviews; the average follows.
  rating_total integer not null default 0,
  rating_count integer not null default 0 check (rating_count >= 0),
  rating_avg double precision generated always as (rating_total::double precision / nullif(rating_count, 0)) stored,
  active boolean not null default true,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  search tsvector not null generated always as (
    setweight(to_tsvector('english'::regconfig, name), 'A') ||
    setweight(to_tsvector('english'::regconfig, category), 'B') ||
    setweight(to_tsvector('english'::regconfig, description), 'C')
  ) stored,
  check (rating_total between rating_count and rating_count * 5)
);
create index product_search on product using gin (search);
create index product_popularity on product (popularity desc, legacy_no) where active;
create index product_category on product (lower(category), legacy_no);

-- What the warehouse calls a product; WMS keeps its stock.
create table variant (
  sku text primary key,
  product_id text not null references product
);
create index variant_product_id on variant (product_id);

-- Every word of the catalogue, so that a misspelt word finds the one that was meant.
create table search_word (
  word text primary key
);
create index search_word_trigrams on search_word using gist (word extensions.gist_trgm_ops);

create function learn_search_words() returns trigger
  language plpgsql
as $$
begin
  insert into search_word
  select distinct word
  from changed, regexp_split_to_table(lower(name || ' ' || category || ' ' || description), '[^[:alnum:]]+') as word
  where length(word) between 3 and 40
  on conflict do nothing;
  return null;
end
$$;
create trigger product_inserted after insert on product
  referencing new table as changed for each statement execute function learn_search_words();
create trigger product_updated after update on product
  referencing new table as changed for each statement execute function learn_search_words();
