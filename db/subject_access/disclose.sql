-- The row without which nothing is told of a person to themselves (docs/reference/rules.md, "What a person is told").
-- in: number (null: a guardian who is no patron), guardian (their row; null: a patron), os_user, reason   out: nothing
INSERT INTO sync.disclosure (patron_number, guardian_id, os_user, db_user, reason)
VALUES (%(number)s, %(guardian)s, %(os_user)s, session_user, %(reason)s);
