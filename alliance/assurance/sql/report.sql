-- What was gathered is frozen before it is drawn: whoever draws it again draws the same (rule 52).

create trigger assurance_report_facts_are_frozen before update on assurance_report
    for each row when (
        old.snapshot_id is not null
        and (old.snapshot_id, old.cut_off, old.head_seq, old.head_hash)
            is distinct from (new.snapshot_id, new.cut_off, new.head_seq, new.head_hash))
    execute function core_refuse('What a report was gathered from stays as it was gathered (rule 52).');
alter table assurance_report enable always trigger assurance_report_facts_are_frozen;

-- While a transaction holds the record's head, no other that records anything can commit: whatever it reads is of one
-- moment. The login role may not lock the head's row, only have it held here.
create function assurance_hold_the_record(alliance bigint) returns void
    language sql security definer set search_path = pg_catalog, public as
$$
    select 1 from core_eventhead where alliance_id = alliance for share;
    select;
$$;
