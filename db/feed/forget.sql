-- Ends a consumer of the change feed: no event is kept for it any more.
-- in: consumer   out: nothing
SELECT downstream.forget_consumer(%(consumer)s);
