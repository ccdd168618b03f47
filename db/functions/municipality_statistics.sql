-- library.municipality_statistics(day) and library.municipality_totals(day): what may be told of sync.municipality_cells:
-- the set forms of mappers.statistics.told and totals. Cells of fewer than 5 patrons are left out; where that leaves out
-- one cell alone, or fewer than 5 patrons, of a municipality, so is the smallest of the others, since the totals would give
-- away the rest. A number that speaks of fewer than 5 patrons, or of all but so few, is null; never one alone.
-- They run as their owner, so that who may read the views in downstream need not read a patron.
-- in: the day   out: a row a cell, and a row a municipality
CREATE OR REPLACE FUNCTION library.municipality_statistics(day date)
RETURNS TABLE (
    municipality_code text, age_band text, patron_group text, patrons bigint, minors bigint, with_net_media bigint
)
LANGUAGE sql STABLE ROWS 1000 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH small AS (
        SELECT *, patrons < 5 AS is_small,
               count(*) FILTER (WHERE patrons < 5) OVER area AS small_cells,
               coalesce(sum(patrons) FILTER (WHERE patrons < 5) OVER area, 0) AS small_patrons,
               row_number() OVER (
                   PARTITION BY municipality_code, patrons < 5 ORDER BY patrons, age_band, patron_group NULLS LAST) AS place
        FROM sync.municipality_cells(day)
        WINDOW area AS (PARTITION BY municipality_code)
    ), left_out AS (
        SELECT *, is_small OR (place = 1 AND small_cells > 0 AND (small_cells = 1 OR small_patrons < 5)) AS is_out FROM small
    ), veiled AS (
        SELECT *,
               minors BETWEEN 1 AND 4 OR patrons - minors BETWEEN 1 AND 4 AS veil_minors,
               with_net_media BETWEEN 1 AND 4 OR patrons - with_net_media BETWEEN 1 AND 4 AS veil_media
        FROM left_out
    ), counted AS (
        SELECT *,
               count(*) FILTER (WHERE is_out OR veil_minors) OVER area AS minors_hidden,
               count(*) FILTER (WHERE is_out OR veil_media) OVER area AS media_hidden,
               row_number() OVER (
                   PARTITION BY municipality_code, is_out OR veil_minors
                   ORDER BY minors, age_band, patron_group NULLS LAST) AS minors_place,
               row_number() OVER (
                   PARTITION BY municipality_code, is_out OR veil_media
                   ORDER BY with_net_media, age_band, patron_group NULLS LAST) AS media_place
        FROM veiled
        WINDOW area AS (PARTITION BY municipality_code)
    )
    SELECT municipality_code, age_band, patron_group, patrons,
           CASE WHEN NOT veil_minors AND NOT (minors_hidden = 1 AND minors_place = 1) THEN minors END,
           CASE WHEN NOT veil_media AND NOT (media_hidden = 1 AND media_place = 1) THEN with_net_media END
    FROM counted
    WHERE NOT is_out
$$;
COMMENT ON FUNCTION library.municipality_statistics(date) IS 'Patrons by municipality, age band and group, as may be told';

CREATE OR REPLACE FUNCTION library.municipality_totals(day date)
RETURNS TABLE (municipality_code text, patrons bigint, minors bigint, with_net_media bigint)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT municipality_code, patrons,
           CASE WHEN NOT (minors BETWEEN 1 AND 4 OR patrons - minors BETWEEN 1 AND 4) THEN minors END,
           CASE WHEN NOT (with_net_media BETWEEN 1 AND 4 OR patrons - with_net_media BETWEEN 1 AND 4) THEN with_net_media END
    FROM (
        SELECT municipality_code, sum(patrons)::bigint AS patrons, sum(minors)::bigint AS minors,
               sum(with_net_media)::bigint AS with_net_media
        FROM sync.municipality_cells(day) GROUP BY municipality_code
    ) AS whole
    WHERE patrons >= 5
$$;
COMMENT ON FUNCTION library.municipality_totals(date) IS 'Patrons by municipality, as may be told';
