-- The rows without which no protected name is shown (docs/explanation/privacy.md): one for the patron, and one for each
-- guardian whose name is withheld otherwise, under their own patron number where they are a patron.
-- in: number, guardians (guardian_id), os_user, reason   out: nothing
INSERT INTO sync.disclosure (patron_number, guardian_id, os_user, db_user, reason)
SELECT %(number)s, NULL::bigint, %(os_user)s, session_user, %(reason)s
UNION ALL
SELECT guardian.patron_number, CASE WHEN guardian.patron_number IS NULL THEN guardian.guardian_id END,
       %(os_user)s, session_user, %(reason)s
FROM library.guardian WHERE guardian.guardian_id = ANY (%(guardians)s);
