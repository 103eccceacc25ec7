-- One index an order in which products are listed, so that a page costs the same however many there are.
create index product_by_price on product (price_minor, legacy_no) where active;
create index product_by_rating on product (rating_avg desc nulls last, rating_count desc, legacy_no) where active;
create index product_newest on product (created_at desc, legacy_no) where active;
