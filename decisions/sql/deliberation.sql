-- What PostgreSQL promises about deliberation.
select 1;
