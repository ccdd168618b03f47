-- Drops partitions of the access log of months that are over for good and that nothing is left in.
-- in: cut_off   out: how many
SELECT sync.drop_access_partitions(%(cut_off)s);
