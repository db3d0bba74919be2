-- What PostgreSQL promises about deadlocks.
select 1;
