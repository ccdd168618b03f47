-- Deletes guardians who are no patrons, 30 days after their last link ended, with what they had: the set form of
-- mappers.guardianship.deleted_on. One whom custody names, in force or ahead, stays. Skips rows that are locked.
-- in: last_day (links ended on or before it), today, size   out: guardian_id of each
DELETE FROM library.guardian
WHERE guardian_id IN (
    SELECT guardian.guardian_id
    FROM library.guardian
    WHERE guardian.patron_number IS NULL
      AND NOT EXISTS (
          SELECT FROM library.guardian_link AS link
          WHERE link.guardian_id = guardian.guardian_id
            AND (NOT link.ended OR link.valid_to IS NULL OR link.valid_to > %(last_day)s))
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
    FOR UPDATE SKIP LOCKED)
RETURNING guardian_id;
