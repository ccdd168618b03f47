-- Rights of patrons who were deleted while another run decided on them.
-- in: enlisted_patron   out: nothing
DELETE FROM library.net_media_right AS held USING enlisted_patron AS enlisted
WHERE held.patron_number = enlisted.patron_number
  AND NOT EXISTS (SELECT FROM library.patron WHERE patron.patron_number = enlisted.patron_number);
