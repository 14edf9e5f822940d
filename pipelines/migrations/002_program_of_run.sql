-- Version 2: a run says which version of the program made it; null for runs before.
alter table ledger.run add column if not exists program varchar
