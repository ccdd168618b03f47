-- Whose link it is, of a child to a guardian.
-- in: link   out: guardian_id (null: a holder whom the registry does not name); no row: there is no such link
SELECT guardian_id FROM library.guardian_link WHERE link_number = %(link)s;
