-- Guardians who are no patrons and are due, and of these the ones that a legal hold keeps: one of a child of theirs. What a
-- child has who is about to go (a dry run counts before anybody has gone) keeps no guardian.
-- in: cut_off, today, gone_cut_off, loans_cut_off (as of patrons_gone; -infinity: nobody is about to go)   out: due, held
WITH going AS (
    SELECT patron_number FROM sync.patrons_to_go(%(gone_cut_off)s, %(loans_cut_off)s)
    WHERE patron_number NOT IN (SELECT patron_number FROM library.patrons_with_hold(%(today)s))
), due AS (
    SELECT guardian.guardian_id
    FROM library.guardian
    WHERE guardian.patron_number IS NULL
      AND NOT EXISTS (
          SELECT FROM library.guardian_link AS link
          WHERE link.guardian_id = guardian.guardian_id
            AND (NOT link.ended OR link.valid_to IS NULL OR link.valid_to > %(cut_off)s)
            AND link.patron_number NOT IN (SELECT patron_number FROM going))
      AND NOT EXISTS (
          SELECT FROM library.custody
          WHERE (custody.valid_to IS NULL OR custody.valid_to > %(today)s)
            AND custody.cpr_number = guardian.cpr_number
            AND custody.patron_number NOT IN (SELECT patron_number FROM going))
      AND NOT EXISTS (
          SELECT FROM library.former_guardian_number AS former
          JOIN library.custody USING (cpr_number)
          WHERE former.guardian_id = guardian.guardian_id
            AND (custody.valid_to IS NULL OR custody.valid_to > %(today)s)
            AND custody.patron_number NOT IN (SELECT patron_number FROM going))
)
SELECT count(*) AS due, count(*) FILTER (WHERE EXISTS (
    SELECT FROM library.guardian_link AS link
    WHERE link.guardian_id = due.guardian_id
      AND link.patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s)))) AS held
FROM due;
