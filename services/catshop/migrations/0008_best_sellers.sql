-- A search weighs the best sellers among the products that match. Common words match a large part of the catalogue, so
-- products stand in tiers, and a search reads the upper ones first.
alter table product add column tier smallint not null default 3 check (tier between 1 and 3);

-- Puts every product on sale into its tier. One of several callers at a time does it.
create function rank_products() returns void
  language plpgsql
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended(current_schema() || '|rank_products', 0)) then return; end if;
  with best as materialized (
    select legacy_no, row_number() over (order by popularity desc, legacy_no) as place
    from product where active order by popularity desc, legacy_no limit 22000
  ), ranked as (
    select product_id, case when place <= 2000 then 1 when place <= 22000 then 2 else 3 end as tier
    from product left join best using (legacy_no)
  )
  update product p set tier = r.tier from ranked r where r.product_id = p.product_id and p.tier <> r.tier;
end
$$;

select rank_products();

create index product_search_tier_1 on product using gin (search) where active and tier = 1;
create index product_search_tier_2 on product using gin (search) where active and tier = 2;

-- A word is looked for by its stem, which may be the beginning of others.
alter table search_word add column stem text collate "C" generated always as ((ts_lexize('english_stem', word))[1]) stored;
create index search_word_by_stem on search_word (stem);
