-- Absence periods of patrons, today's and later ones. No reservation is fulfilled in one; nothing else stops.
-- A barrier: no function of a reader's own is shown a period that is over.
-- in: nothing   out: view downstream.absence
CREATE OR REPLACE VIEW downstream.absence WITH (security_barrier) AS
SELECT absence.patron_number, absence.absent_from, absence.absent_to,
       absence.absent_from <= library.copenhagen_today() AS absent_today
FROM library.absence AS absence
WHERE absence.absent_to IS NULL OR absence.absent_to >= library.copenhagen_today();
COMMENT ON VIEW downstream.absence IS 'Absence periods, today''s and later ones (fraværsperiode): no reservation is fulfilled in one; nothing else stops';
COMMENT ON COLUMN downstream.absence.patron_number IS 'The patron. Source: library. Never null';
COMMENT ON COLUMN downstream.absence.absent_from IS 'First day. Source: library, or the patron on the website. Never null';
COMMENT ON COLUMN downstream.absence.absent_to IS 'Last day. Source: library, or the patron on the website. Null: until further notice';
COMMENT ON COLUMN downstream.absence.absent_today IS 'The patron is absent today. Source: patronsync. Never null';
