-- The floor's guards. Every function runs as the owner with a fixed search_path.

create function core_refuse() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    raise exception using errcode = 'check_violation', message = tg_argv[0],
        detail = format('%s on %s', tg_op, tg_table_name);
end
$$;

-- SHA-256 over length-prefixed parts; the same in alliance/core/record.py and in the stand-alone verifier.
create function core_event_hash(chain uuid, seq bigint, prev_hash bytea, body bytea) returns bytea
    language sql immutable strict parallel safe set search_path = pg_catalog, public as
$$
    select sha256(
        convert_to('concordat/event/1', 'UTF8')
        || int8send(octet_length(convert_to(chain::text, 'UTF8'))::bigint) || convert_to(chain::text, 'UTF8')
        || int8send(octet_length(convert_to(seq::text, 'UTF8'))::bigint) || convert_to(seq::text, 'UTF8')
        || int8send(octet_length(prev_hash)::bigint) || prev_hash
        || int8send(octet_length(body)::bigint) || body)
$$;

-- An event takes its place in the chain here, whoever inserts it and however: the head's row is the lock.
create function core_event_joins_the_chain() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    said jsonb;
    head core_eventhead%rowtype;
begin
    said := convert_from(new.body, 'UTF8')::jsonb;
    if said ->> 'kind' is distinct from new.kind
        or said -> 'subject' ->> 'type' is distinct from new.subject_type
        or said -> 'subject' ->> 'id' is distinct from new.subject_id::text
        or said -> 'actor' ->> 'id' is distinct from new.actor_id::text
        or (said ->> 'at')::timestamptz is distinct from new.at then
        raise exception using errcode = 'check_violation',
            message = 'An event''s columns must say what its body says.';
    end if;
    insert into core_eventhead (alliance_id, chain, seq, hash)
        values (new.alliance_id, gen_random_uuid(), 0, decode(repeat('00', 32), 'hex'))
        on conflict (alliance_id) do nothing;
    select * into strict head from core_eventhead where alliance_id = new.alliance_id for update;
    new.seq := head.seq + 1;
    new.prev_hash := head.hash;
    new.hash := core_event_hash(head.chain, new.seq, new.prev_hash, new.body);
    update core_eventhead set seq = new.seq, hash = new.hash where alliance_id = new.alliance_id;
    return new;
end
$$;

create trigger core_event_joins_the_chain before insert on core_event
    for each row execute function core_event_joins_the_chain();
alter table core_event enable always trigger core_event_joins_the_chain;

-- Personal words change once, to nothing, by a redaction that says who, when and why; the commitment stays.
create function core_words_are_only_redacted() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'UPDATE' and old.redacted_at is null and new.redacted_at is not null
        and new.text = '' and new.salt = ''::bytea and new.redaction_reason <> ''
        and new.commitment = old.commitment and new.alliance_id = old.alliance_id and new.id = old.id then
        return new;
    end if;
    raise exception using errcode = 'check_violation',
        message = 'What was said is not rewritten; it can only be redacted, with a reason, leaving a mark (rule 50).';
end
$$;

create trigger core_words_are_only_redacted before update or delete on core_words
    for each row execute function core_words_are_only_redacted();
alter table core_words enable always trigger core_words_are_only_redacted;
create trigger core_words_are_never_emptied before truncate on core_words
    for each statement execute function core_refuse('What was said is not deleted.');
alter table core_words enable always trigger core_words_are_never_emptied;
