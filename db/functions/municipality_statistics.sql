-- library.municipality_statistics(day) and library.municipality_totals(day): what may be told of sync.municipality_cells:
-- the set forms of mappers.statistics.told and totals. Cells of fewer than 5 patrons are left out, and a number with net media
-- that speaks of fewer than 5 of a cell, or of all but so few, is null. Since what is not told can be reckoned from the totals,
-- the smallest of the other cells go with it, until that is none or 5: of patrons, of minors and of adults (a cell is all the
-- one or all the other), and of those with net media and without. A total that speaks of few is null.
-- They run as their owner, so that who may read the views in downstream need not read a patron.
-- in: the day   out: a row a cell, and a row a municipality
CREATE OR REPLACE FUNCTION library.municipality_statistics(day date)
RETURNS TABLE (
    municipality_code text, age_band text, patron_group text, patrons bigint, minors bigint, with_net_media bigint
)
LANGUAGE sql STABLE ROWS 1000 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH cells AS (
        SELECT *, patrons < 5 AS is_small FROM sync.municipality_cells(day)
    ), ages AS (
        SELECT *, sum(patrons) FILTER (WHERE is_small) OVER age AS small_patrons,
               row_number() OVER (
                   PARTITION BY municipality_code, minors > 0, is_small ORDER BY patrons, age_band, patron_group NULLS LAST) AS place
        FROM cells WINDOW age AS (PARTITION BY municipality_code, minors > 0)
    ), first AS (
        SELECT *, is_small OR (place = 1 AND small_patrons < 5) IS TRUE AS is_out FROM ages
    ), areas AS (
        SELECT municipality_code, age_band, patron_group, patrons, minors, with_net_media, is_out,
               sum(patrons) FILTER (WHERE is_out) OVER area AS out_patrons,
               row_number() OVER (
                   PARTITION BY municipality_code, is_out ORDER BY patrons, age_band, patron_group NULLS LAST) AS place
        FROM first WINDOW area AS (PARTITION BY municipality_code)
    ), second AS (
        SELECT municipality_code, age_band, patron_group, patrons, minors, with_net_media, patrons - with_net_media AS without,
               is_out OR (place = 1 AND out_patrons < 5) IS TRUE AS is_out
        FROM areas
    ), veiled AS (
        SELECT *, is_out OR with_net_media BETWEEN 1 AND 4 OR without BETWEEN 1 AND 4 AS is_hidden FROM second
    ), counted AS (
        SELECT *,
               sum(with_net_media) FILTER (WHERE is_hidden) OVER area AS hidden_with,
               sum(without) FILTER (WHERE is_hidden) OVER area AS hidden_without,
               row_number() OVER (
                   PARTITION BY municipality_code, is_hidden, with_net_media > 0
                   ORDER BY patrons, age_band, patron_group NULLS LAST) AS with_place,
               row_number() OVER (
                   PARTITION BY municipality_code, is_hidden, without > 0
                   ORDER BY patrons, age_band, patron_group NULLS LAST) AS without_place
        FROM veiled WINDOW area AS (PARTITION BY municipality_code)
    )
    SELECT municipality_code, age_band, patron_group, patrons, minors,
           CASE WHEN NOT is_hidden
                     AND (with_net_media > 0 AND with_place = 1 AND hidden_with BETWEEN 1 AND 4) IS NOT TRUE
                     AND (without > 0 AND without_place = 1 AND hidden_without BETWEEN 1 AND 4) IS NOT TRUE
                THEN with_net_media END
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
