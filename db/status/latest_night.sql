-- The last day for which one of these flows had a live run.
-- in: flows   out: night (null: none ever ran)
SELECT max(today) AS night FROM sync.run WHERE NOT dry_run AND flow = ANY (%(flows)s);
