-- Closes a case as staff say; one that is closed already stays as it is. It is not raised again before its cause is gone
-- (resolved_on). A case about guardians is told to the feed.
-- in: case_number, day, word, os_user, told (kinds of cases), event   out: case_number; no row where no such case is open
WITH closed AS (
    UPDATE library.staff_case
    SET closed_on = greatest(since, %(day)s), closing_word = %(word)s, closed_by = %(os_user)s
    WHERE case_number = %(case_number)s AND closed_on IS NULL
    RETURNING case_number, patron_number, kind
), told AS (
    INSERT INTO sync.change (patron_number, kind)
    SELECT patron_number, %(event)s FROM closed WHERE kind = ANY (%(told)s)
)
SELECT case_number FROM closed;
