-- Digests of the second form (ADR 33); "2:" says so. Of the first, in book.sql, are all that the record had before.
-- A line says its numbers and days, how many bytes its texts have, then these, with "|" between each two and 0 for
-- what it does not have; no two lines say the same. A line feed stands between lines.

-- For the event of a posting: the digest of the digests of ten thousand lines each, in their order.
create function ledger_journal_digest_2(of_alliance bigint, of_journal bigint) returns text
    language sql stable set search_path = pg_catalog, public set datestyle = 'ISO'
    as
$$
    select '2:' || encode(sha256(coalesce(string_agg(hash, ''::bytea order by first), ''::bytea)), 'hex')
    from generate_series(1, (select max(line) from ledger_entry
                             where alliance_id = of_alliance and journal_id = of_journal), 10000) first
    cross join lateral (
        select sha256(convert_to(string_agg(concat_ws('|', line, account_id, participant_id,
            coalesce(budget_line_id, 0), month, amount, date, coalesce(source_row, 0), octet_length(supplier),
            octet_length(description), octet_length(reference), supplier, description, reference),
            E'\n' order by line), 'UTF8')) as hash
        from ledger_entry
        where alliance_id = of_alliance and journal_id = of_journal and line between first and first + 9999) block
$$;

-- What a file says, whatever rows it stands in: how many lines, what they come to, and the digest of them all. Two
-- readings with one digest are the same return. A line that holds a problem is counted; the digest means nothing then.
create function ledger_reading_said(of_alliance bigint, of_return bigint, of_reading integer,
        out lines bigint, out total numeric, out digest text)
    language sql stable set search_path = pg_catalog, public set datestyle = 'ISO'
    as
$$
    select count(*), coalesce(sum(amount), 0), '2:' || encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
            account_id, budget_line_id, amount, date, octet_length(supplier), octet_length(description),
            octet_length(reference), octet_length(evidence), supplier, description, reference, evidence),
            E'\n' order by "row"), ''), 'UTF8')), 'hex')
    from ledger_returnline
    where alliance_id = of_alliance and cost_return_id = of_return and reading = of_reading
$$;
