-- The patron groups that the library has.
-- In: nothing. Out: patron_group.
SELECT patron_group FROM library.patron_group;
