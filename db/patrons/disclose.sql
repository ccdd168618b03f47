-- The row without which no protected name is shown (docs/explanation/privacy.md).
-- in: number, os_user, reason   out: nothing
INSERT INTO sync.disclosure (patron_number, os_user, db_user, reason)
VALUES (%(number)s, %(os_user)s, session_user, %(reason)s);
