-- Custody is not kept of who has come of age, died, or is gone from the library.
-- in: enlisted_child   out: nothing
WITH dropped AS (
    DELETE FROM library.custody USING enlisted_child AS child
    WHERE child.patron_number = custody.patron_number AND child.state IN ('adult', 'dead', 'gone')
)
UPDATE sync.patron_check AS checked
SET custody_on = NULL
FROM enlisted_child AS child
WHERE checked.patron_number = child.patron_number AND child.state IN ('adult', 'dead', 'gone')
  AND checked.custody_on IS NOT NULL;
