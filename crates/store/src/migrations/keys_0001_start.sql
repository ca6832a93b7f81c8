create table record_keys (
  record text primary key,
  wrapped {bytes} not null,
  made_at bigint not null
);
create table named_keys (
  name text primary key,
  wrapped {bytes} not null,
  made_at bigint not null
);
