-- sync.municipality_cells(day): patrons by municipality, age band and group, before anything is left out: for the two
-- functions that leave out what must be, and for nobody else.
-- in: the day   out: a row a cell. Who is gone or dead, and who has no municipality, is not counted
CREATE OR REPLACE FUNCTION sync.municipality_cells(day date)
RETURNS TABLE (
    municipality_code text, age_band text, patron_group text, patrons bigint, minors bigint, with_net_media bigint
)
LANGUAGE sql STABLE ROWS 1000
AS $$
    SELECT patron.municipality_code, library.age_band(patron.birth_date, day), patron.patron_group, count(*),
           count(*) FILTER (WHERE day < library.comes_of_age(patron.birth_date)), count(held.patron_number)
    FROM library.patron AS patron
    LEFT JOIN (SELECT DISTINCT patron_number FROM library.net_media_right WHERE granted) AS held USING (patron_number)
    WHERE patron.gone_on IS NULL AND patron.registry_status IS DISTINCT FROM 90 AND patron.municipality_code IS NOT NULL
    GROUP BY 1, 2, 3
$$;
COMMENT ON FUNCTION sync.municipality_cells(date) IS 'Patrons by municipality, age band and group, nothing left out';
REVOKE ALL ON FUNCTION sync.municipality_cells(date) FROM PUBLIC;
