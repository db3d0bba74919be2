-- What PostgreSQL promises about risks.
select 1;
