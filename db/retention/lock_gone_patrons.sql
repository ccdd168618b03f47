-- Locks patrons who are due to go, so that nothing of theirs can be added before they have gone.
-- in: cut_off, today, size; after_clock, after_number (where the batch before came to)
-- out: after_clock, after_number of each, in their order
SELECT gone_on AS after_clock, patron_number AS after_number FROM library.patron
WHERE gone_on <= %(cut_off)s AND (gone_on, patron_number) > (%(after_clock)s, %(after_number)s)
  AND patron_number IN (SELECT patron_number FROM sync.patrons_to_go(%(cut_off)s, '-infinity'))
  AND patron_number NOT IN (SELECT patron_number FROM library.patrons_with_hold(%(today)s))
ORDER BY gone_on, patron_number
LIMIT %(size)s
FOR UPDATE SKIP LOCKED;
