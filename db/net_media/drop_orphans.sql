-- Rights of patrons who were deleted, whether or not another run was deciding on them at that moment.
-- in: enlisted_patron   out: nothing
DELETE FROM library.net_media_right AS held USING enlisted_patron AS enlisted
WHERE held.patron_number = enlisted.patron_number AND enlisted.is_deleted;
