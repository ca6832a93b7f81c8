create table accounts (
  id text primary key,
  name {bytes} not null,
  email {bytes} not null,
  password text not null,
  country text not null,
  language text not null,
  unit text not null,
  zone text not null,
  verified_at bigint,
  made_at bigint not null
);
create table emails (
  hash {bytes} primary key,
  account text not null,
  since_at bigint not null
);
create table sessions (
  hash {bytes} primary key,
  account text not null,
  own_device bigint not null,
  began_at bigint not null,
  seen_at bigint not null,
  origin {bytes} not null
);
create index sessions_of_account on sessions (account);
create table sign_in_tries (
  hash {bytes} primary key,
  failures bigint not null,
  last_at bigint not null
);
create table tokens (
  hash {bytes} primary key,
  kind text not null,
  account text not null,
  ends_at bigint not null
);
create index tokens_of_account on tokens (account, kind);
create table clinics (
  id text primary key,
  name {bytes} not null,
  made_at bigint not null
);
create table clinic_members (
  account text not null,
  clinic text not null,
  role text not null,
  since_at bigint not null,
  primary key (account, clinic)
);
create index members_of_clinic on clinic_members (clinic);
create table records (
  id text primary key,
  account text,
  clinic text,
  name {bytes} not null,
  born_on {bytes},
  unit text not null,
  zone text not null,
  next_upload bigint not null,
  made_at bigint not null
);
create index records_of_account on records (account);
create index records_of_clinic on records (clinic);
create table grants (
  partner text not null,
  record text not null,
  permission text not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  since_at bigint not null,
  until_at bigint,
  paused_until_at bigint,
  primary key (record, partner)
);
create index grants_of_partner on grants (partner);
create table links (
  clinic text not null,
  record text not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  since_at bigint not null,
  until_at bigint,
  primary key (record, clinic)
);
create index links_of_clinic on links (clinic);
create table app_tokens (
  id text primary key,
  hash {bytes} not null unique,
  record text not null,
  name {bytes} not null,
  scope text not null,
  made_at bigint not null,
  used_at bigint
);
create index app_tokens_of_record on app_tokens (record);
create table reports_log (
  record text not null,
  receipt text not null,
  at bigint not null,
  who text not null,
  what text not null,
  primary key (record, receipt)
);
create table audit (
  chain text not null,
  number bigint not null,
  at bigint not null,
  who text not null,
  act text not null,
  purpose text not null,
  count bigint not null,
  detail {bytes} not null,
  hash {bytes} not null,
  primary key (chain, number)
);
create table audit_heads (
  chain text primary key,
  number bigint not null,
  hash {bytes} not null,
  anchored bigint not null
);
create index audit_heads_to_anchor on audit_heads (anchored);
create table anchors (
  number bigint primary key,
  at bigint not null,
  line text not null
);
create table outbox (
  id text primary key,
  account text,
  record text,
  sealed {bytes} not null,
  made_at bigint not null,
  due_at bigint not null,
  leased_until_at bigint not null,
  attempts bigint not null,
  sent_at bigint
);
create index outbox_due on outbox (due_at);
create index outbox_of_account on outbox (account);
