alter table accounts add column password_at bigint not null default 0;
alter table accounts add column phrase {bytes};
alter table accounts add column phone {bytes};
alter table accounts add column phone_at bigint;
alter table accounts add column reviewed_at bigint;
alter table accounts add column reminded_at bigint not null default 0;
alter table accounts add column locked_at bigint;
alter table accounts add column delete_at bigint;
update accounts set password_at = made_at;
alter table sessions add column proved_at bigint not null default 0;
alter table sessions add column method text not null default 'password';
alter table sessions add column device {bytes};
alter table sessions add column id text not null default '';
delete from sessions;
alter table sign_in_tries add column forget_at bigint not null default 0;
create table known_devices (
  hash {bytes} not null,
  account text not null,
  origin {bytes} not null,
  first_at bigint not null,
  seen_at bigint not null,
  remembered_until_at bigint not null,
  primary key (hash, account)
);
create index known_devices_of_account on known_devices (account);
create table half_sign_ins (
  hash {bytes} primary key,
  account text not null,
  own_device bigint not null,
  origin {bytes} not null,
  ends_at bigint not null
);
create table factors (
  id text primary key,
  account text not null,
  kind text not null,
  name {bytes} not null,
  secret {bytes} not null,
  credential {bytes},
  last_step bigint not null,
  made_at bigint not null,
  confirmed_at bigint,
  used_at bigint
);
create index factors_of_account on factors (account);
create unique index factors_by_credential on factors (credential);
create table recovery_codes (
  account text not null,
  hash {bytes} not null,
  made_at bigint not null,
  used_at bigint,
  primary key (account, hash)
);
create table challenges (
  hash {bytes} primary key,
  kind text not null,
  account text,
  sealed {bytes} not null,
  tries bigint not null,
  ends_at bigint not null
);
create index challenges_of_account on challenges (account, kind);
alter table tokens add column about {bytes};
create table contact_changes (
  id text primary key,
  account text not null,
  kind text not null,
  old {bytes} not null,
  hash {bytes},
  made_at bigint not null,
  undo_until_at bigint not null,
  undone_at bigint
);
create index contact_changes_of_account on contact_changes (account);
create index contact_changes_by_hash on contact_changes (hash);
create table password_resets (
  id text primary key,
  sealed {bytes} not null,
  asked_at bigint not null
);
create table factor_losses (
  account text primary key,
  asked_at bigint not null,
  due_at bigint not null
);
create index factor_losses_due on factor_losses (due_at);
create table lockdowns (
  account text primary key,
  began_at bigint not null,
  how text not null,
  done text not null,
  clinics text not null default '',
  ended_at bigint
);
alter table grants add column suspended_at bigint;
alter table links add column suspended_at bigint;
create table flags (
  record text primary key,
  at bigint not null,
  by_whom text not null,
  why {bytes} not null
);
alter table outbox add column channel text not null default 'mail';
alter table outbox add column kind text not null default '';
create index accounts_to_delete on accounts (delete_at);
