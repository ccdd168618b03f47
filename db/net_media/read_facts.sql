-- What a patron's rights to net media hang on, and the day on which a move was learnt that no run has decided on yet.
-- in: number, municipality (kind of event)   out: one row or none: registry_status, municipality_code, birth_date,
--     patron_group, blocks (reason, since), learnt_on
SELECT patron.registry_status, patron.municipality_code, patron.birth_date, patron.patron_group,
       coalesce((
           SELECT json_agg(json_build_object('reason', reason, 'since', since) ORDER BY since, reason)
           FROM library.block WHERE block.patron_number = patron.patron_number), '[]') AS blocks,
       (
           SELECT min(run.today)
           FROM sync.net_media_touched AS touched
           JOIN sync.change ON change.transaction_id = touched.transaction_id
               AND change.patron_number = touched.patron_number AND change.kind = %(municipality)s
           JOIN sync.run USING (run_id)
           WHERE touched.moved AND touched.patron_number = patron.patron_number) AS learnt_on
FROM library.patron AS patron
WHERE patron.patron_number = %(number)s;
