-- The claimed patrons of a batch as they stand, locked till the batch commits. Left out are those whose claim
-- another worker has taken over, and those that somebody else holds locked.
-- The numbers stand in one list that all else joins: an ANY of a thousand is looked through when the statement is planned.
-- in: claimant, numbers   out: patron_number, cpr_number, checked_on, registry_blocks, quarantine_reason,
--     quarantine_tries, custody_on, custody (kind, cpr_number, valid_from, valid_to of each), then the columns of mappers.record.PatronRecord in their order
WITH asked AS MATERIALIZED (
    SELECT unnest(%(numbers)s::text[]) AS patron_number
)
SELECT patron.patron_number, patron.cpr_number, checked.checked_on, blocks.since_by_reason AS registry_blocks,
       quarantine.reason AS quarantine_reason, coalesce(quarantine.tries, 0) AS quarantine_tries,
       checked.custody_on, custody.entries AS custody,
       {record_columns}
FROM asked
JOIN library.patron AS patron USING (patron_number)
JOIN sync.claim AS claim ON claim.patron_number = patron.patron_number AND claim.claimant = %(claimant)s
JOIN sync.patron_check AS checked ON checked.patron_number = patron.patron_number
LEFT JOIN sync.quarantine AS quarantine
    ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
LEFT JOIN (
    SELECT patron_number, jsonb_object_agg(reason, since) AS since_by_reason
    FROM asked JOIN library.block USING (patron_number)
    WHERE source = 'registry'
    GROUP BY patron_number
) AS blocks ON blocks.patron_number = patron.patron_number
LEFT JOIN (
    SELECT patron_number, jsonb_agg(jsonb_build_array(kind, cpr_number, valid_from, valid_to)) AS entries
    FROM asked JOIN library.custody USING (patron_number)
    GROUP BY patron_number
) AS custody ON custody.patron_number = patron.patron_number
FOR NO KEY UPDATE OF patron SKIP LOCKED;
