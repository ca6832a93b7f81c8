create table account_keys (
  account text primary key,
  wrapped {bytes} not null,
  made_at bigint not null
);
