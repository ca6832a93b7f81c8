create table push_subscriptions (
  id text primary key,
  account text not null,
  device {bytes} not null,
  hash {bytes} not null unique,
  sealed {bytes} not null,
  origin {bytes} not null,
  made_at bigint not null,
  worked_at bigint,
  failing_since_at bigint
);
create index push_subscriptions_of_account on push_subscriptions (account);
