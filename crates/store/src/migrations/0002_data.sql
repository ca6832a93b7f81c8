create table days (
  record text not null,
  kind bigint not null,
  day bigint not null,
  version bigint not null,
  count bigint not null,
  changed_at bigint not null,
  sealed {bytes} not null,
  primary key (record, kind, day)
);
create table uploads (
  record text not null,
  number bigint not null,
  at bigint not null,
  sha256 {bytes} not null,
  sealed {bytes} not null,
  taken_back_at bigint,
  primary key (record, number)
);
create table originals (
  record text not null,
  number bigint not null,
  sealed {bytes} not null,
  primary key (record, number)
);
create table devices (
  record text not null,
  hash {bytes} not null,
  number bigint not null,
  sealed {bytes} not null,
  primary key (record, hash)
);
create table datum_ids (
  record text not null,
  hash {bytes} not null,
  kind bigint not null,
  day bigint not null,
  primary key (record, hash)
);
create table latest (
  record text primary key,
  sealed {bytes} not null
);
