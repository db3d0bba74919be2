-- What was gathered is frozen before it is drawn: whoever draws it again draws the same (rule 52).

create trigger assurance_report_facts_are_frozen before update on assurance_report
    for each row when (
        old.snapshot_id is not null
        and (old.snapshot_id, old.cut_off, old.head_seq, old.head_hash)
            is distinct from (new.snapshot_id, new.cut_off, new.head_seq, new.head_hash))
    execute function core_refuse('What a report was gathered from stays as it was gathered (rule 52).');
alter table assurance_report enable always trigger assurance_report_facts_are_frozen;
