-- The adult patron group, where the library has not mentioned it yet.
-- in: adult_group   out: nothing
INSERT INTO library.patron_group (patron_group) VALUES (%(adult_group)s) ON CONFLICT DO NOTHING;
