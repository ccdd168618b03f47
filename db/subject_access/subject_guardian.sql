-- A guardian, and the patron who they are, if any: by their row, or by a number of theirs.
-- in: guardian   out: guardian_id, patron_number (null: no patron); no row: there is no such guardian
SELECT guardian.guardian_id, coalesce(guardian.patron_number, (
    SELECT patron.patron_number FROM library.patron AS patron WHERE patron.cpr_number = guardian.cpr_number), (
    SELECT former.patron_number FROM library.former_cpr_number AS former WHERE former.cpr_number = guardian.cpr_number)
    ) AS patron_number
FROM library.guardian
WHERE guardian.guardian_id = %(guardian)s;
