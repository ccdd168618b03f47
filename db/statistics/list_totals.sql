-- Statistics by municipality alone on a day.
-- in: today   out: municipality_code, patrons, minors, with_net_media (null: not told)
SELECT municipality_code, patrons, minors, with_net_media FROM library.municipality_totals(%(today)s) ORDER BY municipality_code;
