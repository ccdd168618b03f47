-- Which of the person's rows as a guardian they are told. One that is there for children alone who are protected, or may be,
-- would tell that such a child is a patron; but who has signed for a child knows.
-- in: guardians (their rows in library.guardian), days (that protection is held against)   out: guardian_id
WITH kept_for AS (
    SELECT link.guardian_id, link.source = 'enrolled' AND NOT link.ended
           OR sync.may_be_told_of(link.patron_number, NULL, %(days)s) AS is_told
    FROM library.guardian_link AS link
    WHERE link.guardian_id = ANY (%(guardians)s)
    UNION ALL
    SELECT numbered.guardian_id, sync.may_be_told_of(custody.patron_number, NULL, %(days)s)
    FROM (
        SELECT guardian_id, cpr_number FROM library.guardian
        UNION ALL
        SELECT guardian_id, cpr_number FROM library.former_guardian_number
    ) AS numbered
    JOIN library.custody USING (cpr_number)
    WHERE numbered.guardian_id = ANY (%(guardians)s)
)
SELECT asked.guardian_id
FROM unnest(%(guardians)s::bigint[]) AS asked (guardian_id)
LEFT JOIN kept_for USING (guardian_id)
GROUP BY asked.guardian_id
HAVING coalesce(bool_or(kept_for.is_told), true)
ORDER BY asked.guardian_id;
