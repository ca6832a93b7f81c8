-- services that are asked for a record's data from time to time; each has the app token of the same id, by which it is let in
create table pulls (
  id text primary key,
  record text not null,
  service text not null,
  sealed {bytes} not null,
  state {bytes},
  interval_min bigint not null,
  made_at bigint not null,
  made_by text,
  due_at bigint not null,
  lease {bytes},
  leased_until bigint,
  paused_at bigint,
  stopped_at bigint,
  worked_at bigint,
  failing_since_at bigint,
  failures bigint not null,
  trouble text
);
create index pulls_due on pulls (due_at);
create index pulls_of_record on pulls (record);
