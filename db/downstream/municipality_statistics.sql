-- Statistics by municipality as of today, without cells by which somebody could be known, and without totals.
-- in: nothing   out: views downstream.municipality_statistics (by age band and patron group) and
--     downstream.municipality_totals (by municipality alone)
CREATE OR REPLACE VIEW downstream.municipality_statistics AS
SELECT municipality_code, age_band, patron_group, patrons, minors, with_net_media
FROM library.municipality_statistics(library.copenhagen_today());
COMMENT ON VIEW downstream.municipality_statistics IS 'Patrons, minors and patrons with a right to net media, by municipality, age band and patron group; cells of fewer than 5 are left out';

CREATE OR REPLACE VIEW downstream.municipality_totals AS
SELECT municipality_code, patrons, minors, with_net_media
FROM library.municipality_totals(library.copenhagen_today());
COMMENT ON VIEW downstream.municipality_totals IS 'The same by municipality alone';
