-- What PostgreSQL promises about meetings.
select 1;
