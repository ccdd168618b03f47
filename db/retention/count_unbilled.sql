-- Lost items that nobody has billed: their loans are not over, and never will be before that.
-- in: nothing   out: loans
SELECT count(*) AS loans FROM library.loan WHERE lost_at IS NOT NULL AND returned_at IS NULL AND NOT lost_billed;
