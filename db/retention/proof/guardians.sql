-- The proof that no guardian is overdue who is no patron, whom no custody names, and whose links are all over for so long.
-- in: today, period   out: overdue, held (overdue, and a legal hold of a child of theirs keeps it)
WITH named AS (
    SELECT cpr_number FROM library.custody
    WHERE cpr_number IS NOT NULL AND %(today)s::date < coalesce(valid_to, 'infinity')
), by_guardian AS (
    SELECT guardian.guardian_id,
           max(CASE WHEN link.link_number IS NULL THEN '-infinity'
                    WHEN link.ended AND link.valid_to IS NOT NULL THEN link.valid_to
                    ELSE 'infinity' END::date) AS last_end,
           bool_or(coalesce(%(today)s::date >= hold.placed_on
                            AND %(today)s::date < coalesce(hold.lifted_on, 'infinity'), false)) AS is_held
    FROM library.guardian
    LEFT JOIN library.guardian_link AS link USING (guardian_id)
    LEFT JOIN library.legal_hold AS hold ON hold.patron_number = link.patron_number
    WHERE guardian.patron_number IS NULL
      AND (guardian.cpr_number IS NULL OR guardian.cpr_number NOT IN (SELECT cpr_number FROM named))
    GROUP BY guardian.guardian_id
)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM by_guardian
WHERE CASE WHEN isfinite(last_end) THEN last_end + %(period)s::integer <= %(today)s::date ELSE last_end = '-infinity' END
  AND guardian_id NOT IN (
      SELECT former.guardian_id FROM library.former_guardian_number AS former JOIN named USING (cpr_number));
