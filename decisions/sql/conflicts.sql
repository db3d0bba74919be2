-- What PostgreSQL promises about conflicts.
select 1;
