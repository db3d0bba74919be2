-- What PostgreSQL promises about deciding alone.
select 1;
