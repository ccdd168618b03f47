-- Whether a consumer has still to be told of patrons, since it began with all of them.
-- in: consumer   out: true or false
SELECT (sync.own_consumer(%(consumer)s)).patrons_after IS NOT NULL;
