-- care partners
alter table grants add column needs_second_step bigint not null default 0;
alter table grants add column pause_days bigint;
alter table grants add column pause_from_min bigint;
alter table grants add column pause_to_min bigint;
alter table grants add column told_of_end bigint not null default 0;
create index grants_to_end on grants (until_at);
create table invitations (
  id text primary key,
  record text not null,
  hash {bytes} not null unique,
  email {bytes} not null,
  email_hash {bytes} not null,
  message {bytes} not null,
  permission text not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  until_at bigint,
  needs_second_step bigint not null,
  pause_days bigint,
  pause_from_min bigint,
  pause_to_min bigint,
  made_at bigint not null,
  sent_at bigint not null,
  ends_at bigint not null
);
create index invitations_of_record on invitations (record);
create index invitations_to on invitations (email_hash);
create table follow_requests (
  id text primary key,
  partner text not null,
  email {bytes} not null,
  email_hash {bytes} not null,
  asked_at bigint not null,
  ends_at bigint not null,
  told_at bigint,
  answered_at bigint
);
create index follow_requests_of on follow_requests (partner);
create index follow_requests_to on follow_requests (email_hash);
create index follow_requests_to_tell on follow_requests (told_at);
-- notices
alter table outbox add column refused_at bigint;
alter table accounts add column download_notices text not null default 'at once';
create table download_notices (
  id text primary key,
  account text not null,
  record text not null,
  sealed {bytes} not null,
  made_at bigint not null,
  due_at bigint not null
);
create index download_notices_of on download_notices (account);
create index download_notices_due on download_notices (due_at);
-- visit passes
create table passes (
  id text primary key,
  record text not null,
  label {bytes} not null,
  first_on text not null,
  last_on text not null,
  minutes bigint not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  made_at bigint not null,
  open_until_at bigint not null,
  link_hash {bytes} unique,
  code_name {bytes} unique,
  code_hash {bytes},
  code_tries bigint not null,
  browser_hash {bytes} unique,
  opened_from {bytes},
  opened_at bigint,
  until_at bigint
);
create index passes_of_record on passes (record);
-- view history
alter table reports_log add column line bigint;
alter table reports_log add column made_line bigint;
