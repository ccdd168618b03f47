-- A guardian, and the patron who they are, if any: by their row, or by a number of theirs. Of a guardian who is deleted the logs
-- may still speak.
-- in: guardian   out: guardian_id, patron_number (null: no patron); no row: there is no such guardian, nor does a log know one
SELECT asked.guardian_id, coalesce(guardian.patron_number, (
    SELECT patron.patron_number FROM library.patron AS patron WHERE patron.cpr_number = guardian.cpr_number), (
    SELECT former.patron_number FROM library.former_cpr_number AS former WHERE former.cpr_number = guardian.cpr_number)
    ) AS patron_number
FROM (SELECT %(guardian)s::bigint AS guardian_id) AS asked
LEFT JOIN library.guardian AS guardian USING (guardian_id)
WHERE guardian.guardian_id IS NOT NULL
   OR EXISTS (SELECT FROM sync.registry_access WHERE registry_access.guardian_id = asked.guardian_id)
   OR EXISTS (SELECT FROM sync.disclosure WHERE disclosure.guardian_id = asked.guardian_id);
