-- what somebody wants to be told of a record
create table alert_rules (
  record text not null,
  account text not null,
  sealed {bytes} not null,
  changed_at bigint not null,
  primary key (record, account)
);
create index alert_rules_of_account on alert_rules (account);
-- when a record is to be looked at next, and in which order people are called
create table alert_state (
  record text primary key,
  due_at bigint not null,
  sealed {bytes}
);
create index alert_state_due on alert_state (due_at);
create table alert_order (
  record text not null,
  place bigint not null,
  account text not null,
  primary key (record, place)
);
create index alert_order_of_account on alert_order (account);
-- by which ways somebody is told
create table alert_channels (
  id text primary key,
  account text not null,
  kind text not null,
  sealed {bytes} not null,
  urgent_only bigint not null,
  made_at bigint not null,
  worked_at bigint,
  failing_since_at bigint,
  why text
);
create index alert_channels_of_account on alert_channels (account);
-- what happened; `open_as` is a keyed hash of record and kind while it lasts, so that there is never a second one
create table alert_episodes (
  id text primary key,
  record text not null,
  open_as {bytes} unique,
  sealed {bytes} not null,
  began_at bigint not null,
  ended_at bigint,
  ordered_at bigint,
  taken_by text,
  taken_at bigint
);
create index alert_episodes_of_record on alert_episodes (record, began_at);
create index alert_episodes_taken_by on alert_episodes (taken_by);
-- who was told of it
create table alert_calls (
  episode text not null,
  account text not null,
  record text not null,
  began_at bigint not null,
  said_at bigint,
  said bigint not null,
  ended_at bigint,
  in_order bigint not null,
  primary key (episode, account)
);
create index alert_calls_of_record on alert_calls (record);
create index alert_calls_of_account on alert_calls (account);
alter table outbox add column episode text;
alter table outbox add column alert_channel text;
alter table outbox add column about_at bigint;
alter table outbox add column why text;
create index outbox_of_episode on outbox (episode);
