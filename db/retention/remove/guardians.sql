-- Deletes guardians who are no patrons and are due, with the links that ended: the set form of
-- mappers.guardianship.deleted_on. One whom custody names, in force or ahead, stays; so does one with a link to a child
-- of whom a legal hold keeps all. The links are locked first: one of which somebody is at work on a link is passed over.
-- in: cut_off (links ended on or before it), today, size; after_id (where the batch before came to)
-- out: removed; after_id (null: no more)
WITH picked AS (
    SELECT guardian.guardian_id
    FROM library.guardian
    WHERE guardian.patron_number IS NULL AND guardian.guardian_id > %(after_id)s
      AND NOT EXISTS (
          SELECT FROM library.guardian_link AS link
          WHERE link.guardian_id = guardian.guardian_id
            AND (NOT link.ended OR link.valid_to IS NULL OR link.valid_to > %(cut_off)s
                 OR link.patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))))
      AND NOT EXISTS (
          SELECT FROM library.custody
          WHERE (custody.valid_to IS NULL OR custody.valid_to > %(today)s)
            AND custody.cpr_number = guardian.cpr_number)
      AND NOT EXISTS (
          SELECT FROM library.former_guardian_number AS former
          JOIN library.custody USING (cpr_number)
          WHERE former.guardian_id = guardian.guardian_id
            AND (custody.valid_to IS NULL OR custody.valid_to > %(today)s))
    ORDER BY guardian.guardian_id
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), link AS (
    SELECT link_number, guardian_id FROM library.guardian_link
    WHERE guardian_id = ANY (ARRAY (SELECT guardian_id FROM picked))
), locked_link AS (
    SELECT link_number FROM library.guardian_link
    WHERE link_number = ANY (ARRAY (SELECT link_number FROM link))
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM library.guardian WHERE guardian_id = ANY (ARRAY (
        SELECT guardian_id FROM picked
        EXCEPT SELECT guardian_id FROM link WHERE link_number NOT IN (SELECT link_number FROM locked_link)))
    RETURNING guardian_id
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT max(guardian_id) FROM picked) AS after_id;
