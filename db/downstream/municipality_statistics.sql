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
COMMENT ON COLUMN downstream.municipality_statistics.municipality_code IS 'Municipality of residence, four digits. Source: registry. Never null';
COMMENT ON COLUMN downstream.municipality_statistics.age_band IS 'In which band of ages the patrons are today. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.municipality_statistics.patron_group IS 'Patron group. Source: library. Null: none';
COMMENT ON COLUMN downstream.municipality_statistics.patrons IS 'How many patrons. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.municipality_statistics.minors IS 'How many of them are under 18. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.municipality_statistics.with_net_media IS 'How many of them have a right to net media. Source: patronsync. Null: too few to be told';
COMMENT ON COLUMN downstream.municipality_totals.municipality_code IS 'Municipality of residence, four digits. Source: registry. Never null';
COMMENT ON COLUMN downstream.municipality_totals.patrons IS 'How many patrons. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.municipality_totals.minors IS 'How many of them are under 18. Source: patronsync. Null: too few to be told';
COMMENT ON COLUMN downstream.municipality_totals.with_net_media IS 'How many of them have a right to net media. Source: patronsync. Null: too few to be told';
