-- How many effects a client had in a day (UTC) by one scope; counted in the transaction of the effect.
create table client_usage (
  client_id text not null,
  scope text not null,
  day date not null,
  count integer not null,
  primary key (client_id, scope, day)
);
create index client_usage_day on client_usage (day);
