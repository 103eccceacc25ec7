-- The lateness of a whole plan is a sum: a thousand parcels that are a month late do not fit into an integer.
alter table route_plan alter column lateness_s type bigint;
