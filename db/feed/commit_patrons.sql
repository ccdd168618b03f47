-- Says that a consumer has been told of the patrons up to one.
-- in: consumer, patron_number   out: nothing
SELECT downstream.commit_patrons(%(consumer)s, %(patron_number)s);
