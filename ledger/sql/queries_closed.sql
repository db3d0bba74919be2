-- A query whose asking organisation has left is closed by the pool manager, with a reason: nobody else could end it.
create or replace function ledger_query_after(verb text) returns text
    language sql immutable set search_path = pg_catalog, public as
$$
    select case verb when 'answer' then 'answered' when 'ask_again' then 'asked'
        when 'settle' then 'settled' when 'withdraw' then 'withdrawn' when 'close' then 'closed' end
$$;

-- A reply is possible in the query's state, and said for the organisation whose part it is.
create or replace function ledger_reply_is_said() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    asked ledger_query%rowtype;
    day date := (new.said_at at time zone 'Europe/London')::date;
begin
    select * into strict asked from ledger_query where id = new.query_id for no key update;
    if new.number <> 1 + (select coalesce(max(number), 0) from ledger_queryreply where query_id = asked.id) then
        raise exception using errcode = 'check_violation',
            message = 'Replies to a query are numbered one after another.';
    end if;
    if asked.state not in ('asked', 'answered')
        or new.verb not in ('answer', 'withdraw', 'close') and asked.state <> 'answered' then
        raise exception using errcode = 'check_violation',
            message = format('A query that is %s takes no such reply (%s).', asked.state, new.verb);
    end if;
    if new.verb = 'close' then
        if not exists (select from participants_participant p where p.id = asked.asking_id and p.left_on <= day)
            or not ledger_acts_for(
                new.appointment_id, new.said_by_id, new.participant_id, array['pool_manager'], day) then
            raise exception using errcode = 'check_violation',
                message = 'The pool manager closes what an organisation asked that has left.';
        end if;
        return new;
    end if;
    if new.verb = 'answer' and (new.participant_id <> asked.answering_id or not ledger_acts_for(
            new.appointment_id, new.said_by_id, asked.answering_id,
            array['finance_lead', 'pool_manager', 'representative', 'deputy'], day))
        or new.verb <> 'answer' and (new.participant_id <> asked.asking_id or not ledger_acts_for(
            new.appointment_id, new.said_by_id, asked.asking_id, null, day)) then
        raise exception using errcode = 'check_violation',
            message = 'The organisation whose line it is answers; the one that asked settles.';
    end if;
    return new;
end
$$;

-- A query moves by its newest reply and stays what was asked.
create or replace function ledger_query_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    last ledger_queryreply%rowtype;
begin
    select * into last from ledger_queryreply where query_id = old.id order by number desc limit 1;
    if old.state in ('settled', 'withdrawn', 'closed')
        or (to_jsonb(new) - array['state', 'ended_at', 'ended_by_id'])
            <> (to_jsonb(old) - array['state', 'ended_at', 'ended_by_id'])
        or new.state is distinct from coalesce(ledger_query_after(last.verb), 'asked')
        or new.ended_at is not null
            and (new.ended_at, new.ended_by_id) is distinct from (last.said_at, last.said_by_id) then
        raise exception using errcode = 'check_violation',
            message = 'A query stays as it was asked, and moves by what is replied.';
    end if;
    return new;
end
$$;
