-- The claimed patrons of a batch as they stand, locked till the batch commits. Left out are those whose claim
-- another worker has taken over, and those that somebody else holds locked.
-- in: claimant, numbers   out: patron_number, cpr_number, checked_on, registry_blocks, quarantine_reason,
--     quarantine_tries, custody_on, custody (kind, cpr_number, valid_from, valid_to of each), then the columns of mappers.record.PatronRecord in their order
SELECT patron.patron_number, patron.cpr_number, checked.checked_on, blocks.since_by_reason AS registry_blocks,
       quarantine.reason AS quarantine_reason, coalesce(quarantine.tries, 0) AS quarantine_tries,
       checked.custody_on, custody.entries AS custody,
       {record_columns}
FROM unnest(%(numbers)s::text[]) AS asked (patron_number) -- a join: = ANY would look through all of them for each patron
JOIN library.patron AS patron USING (patron_number)
JOIN sync.claim AS claim ON claim.patron_number = patron.patron_number AND claim.claimant = %(claimant)s
JOIN sync.patron_check AS checked ON checked.patron_number = patron.patron_number
LEFT JOIN sync.quarantine AS quarantine
    ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
LEFT JOIN (
    SELECT patron_number, jsonb_object_agg(reason, since) AS since_by_reason
    FROM library.block
    WHERE source = 'registry' AND patron_number = ANY (%(numbers)s)
    GROUP BY patron_number
) AS blocks ON blocks.patron_number = patron.patron_number
LEFT JOIN (
    SELECT patron_number, jsonb_agg(jsonb_build_array(kind, cpr_number, valid_from, valid_to)) AS entries
    FROM library.custody
    WHERE patron_number = ANY (%(numbers)s)
    GROUP BY patron_number
) AS custody ON custody.patron_number = patron.patron_number
FOR NO KEY UPDATE OF patron SKIP LOCKED;
