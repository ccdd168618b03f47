-- Says that a consumer has been told of all patrons up to one.
-- in: consumer, patron_number (null: of all)   out: nothing
UPDATE sync.consumer SET patrons_after = %(patron_number)s, read_at = clock_timestamp()
WHERE consumer = (sync.own_consumer(%(consumer)s)).consumer AND patrons_after IS NOT NULL;
