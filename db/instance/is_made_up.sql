-- Whether the patrons in here are made up.
-- in: nothing   out: made_up
SELECT made_up FROM sync.instance;
