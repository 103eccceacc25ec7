-- What a stand-in was asked for.
create table asked (
  id bigint generated always as identity primary key,
  tool text not null,
  args jsonb not null
);
