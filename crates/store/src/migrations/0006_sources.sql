-- app tokens: what one that reads may see, and until when
alter table app_tokens add column until_at bigint;
alter table app_tokens add column insulin bigint not null default 1;
alter table app_tokens add column carbs bigint not null default 1;
alter table app_tokens add column notes bigint not null default 1;
alter table app_tokens add column devices bigint not null default 1;
-- the name of a record's own site under the operator's domain
alter table records add column site text;
create unique index records_by_site on records (site);
-- what changed since an app last asked
create index days_changed on days (record, kind, changed_at);
