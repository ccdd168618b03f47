-- The patrons about whom the registry may be asked: with a number of the registry's, and not gone from the library.
-- in: nothing   out: view sync.askable
CREATE OR REPLACE VIEW sync.askable AS
SELECT checked.patron_number, patron.cpr_number, checked.next_due, checked.checked_on,
       patron.registry_status IS NOT DISTINCT FROM 90 AS dead,
       EXISTS (
           SELECT FROM sync.quarantine
           WHERE quarantine.patron_number = checked.patron_number AND quarantine.closed_on IS NULL
       ) AS quarantined
FROM sync.patron_check AS checked
JOIN library.patron AS patron USING (patron_number)
WHERE patron.cpr_number IS NOT NULL AND library.is_registry_number(patron.cpr_number) AND patron.gone_on IS NULL;
COMMENT ON VIEW sync.askable IS 'Patrons about whom the registry may be asked, and when they are due';
