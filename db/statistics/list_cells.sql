-- Statistics by municipality, age band and patron group on a day.
-- in: today   out: municipality_code, age_band, patron_group, patrons, minors, with_net_media (null: not told)
SELECT municipality_code, age_band, patron_group, patrons, minors, with_net_media
FROM library.municipality_statistics(%(today)s)
ORDER BY municipality_code, age_band, patron_group NULLS LAST;
