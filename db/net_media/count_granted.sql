-- How many rights to a service stand.
-- in: service   out: rights
SELECT count(*) AS rights FROM library.net_media_right WHERE service = %(service)s AND granted;
