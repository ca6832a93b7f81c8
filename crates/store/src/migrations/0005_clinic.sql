-- clinics
alter table clinics add column contact {bytes};
alter table clinics add column closed_at bigint;
alter table clinics add column purge_at bigint;
create index clinics_to_purge on clinics (purge_at);
create table clinic_invitations (
  id text primary key,
  clinic text not null,
  hash {bytes} not null unique,
  email {bytes} not null,
  email_hash {bytes} not null,
  role text not null,
  made_by text not null,
  made_at bigint not null,
  sent_at bigint not null,
  ends_at bigint not null
);
create index clinic_invitations_of on clinic_invitations (clinic);
create index clinic_invitations_to on clinic_invitations (email_hash);
-- patients: what a clinic keeps of them beside the record
alter table records add column profile {bytes};
alter table records add column left_at bigint;
alter table records add column asked_at bigint;
alter table records add column merged_into text;
alter table records add column merged_at bigint;
alter table app_tokens add column made_by text;
create index app_tokens_made_by on app_tokens (made_by);
create index records_merged_into on records (merged_into);
create table merges (
  gone text primary key,
  kept text not null,
  by_whom text not null,
  at bigint not null,
  uploads text not null,
  moved_link text,
  moved_since_at bigint,
  filled {bytes} not null
);
create index merges_into on merges (kept);
-- the first bytes of a record's row of last values, so that lists need not look up the wide rows
alter table records add column mark {bytes};
update records set mark = (select substr(l.sealed, 1, 13) from latest l where l.record = records.id) where clinic is not null;
alter table links add column mark {bytes};
-- links: until now only a seeded database had any, without a clinic's own record at the other end
delete from links;
alter table links add column profile text not null default '';
alter table links add column made_by text not null default '';
alter table links add column told_of_end bigint not null default 0;
create unique index links_of_profile on links (profile);
create table link_codes (
  id text primary key,
  hash {bytes} not null unique,
  clinic text not null,
  profile text not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  until_at bigint,
  made_by text not null,
  made_at bigint not null,
  ends_at bigint not null
);
create unique index link_codes_of_profile on link_codes (profile);
create index link_codes_of_clinic on link_codes (clinic);
create table handovers (
  hash {bytes} primary key,
  clinic text not null,
  profile text not null,
  member text not null,
  insulin bigint not null,
  carbs bigint not null,
  notes bigint not null,
  devices bigint not null,
  until_at bigint,
  stage text not null,
  step {bytes},
  account text,
  tries bigint not null,
  ends_at bigint not null
);
create index handovers_of_clinic on handovers (clinic);
create index handovers_of_profile on handovers (profile);
create index handovers_of_account on handovers (account);
