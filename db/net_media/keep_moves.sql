-- Of services that are left out: on what day it was learnt that somebody moved, since nobody is touched any more when they are
-- decided. Who has moved back has not moved.
-- in: enlisted_patron, left_out (services), today   out: nothing
WITH move AS (
    SELECT held.patron_number, held.service,
           CASE WHEN held.municipality_code IS DISTINCT FROM patron.municipality_code
                THEN coalesce(held.left_on, least(enlisted.learnt_on, %(today)s)) END AS left_on
    FROM enlisted_patron AS enlisted
    JOIN library.patron USING (patron_number)
    JOIN library.net_media_right AS held USING (patron_number)
    WHERE held.granted AND held.service = ANY (%(left_out)s)
)
UPDATE library.net_media_right AS held SET left_on = move.left_on
FROM move
WHERE held.patron_number = move.patron_number AND held.service = move.service AND held.left_on IS DISTINCT FROM move.left_on;
