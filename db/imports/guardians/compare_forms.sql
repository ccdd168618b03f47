-- What each form is beside the others about the same child: the set form of mappers.extracts.enrolling.standings.
-- In: import_guardian, not_found (reason). Out: standing is set.
WITH not_found AS ( -- the registry does not know them: their forms give way to others of the same day
    SELECT 'guardian ' || guardian.guardian_id AS who
    FROM (SELECT guardian_id FROM import_guardian UNION
          SELECT link.guardian_id FROM library.guardian_link AS link JOIN import_guardian USING (patron_number)) AS concerned
    JOIN library.guardian USING (guardian_id)
    LEFT JOIN sync.guardian_check AS checked USING (guardian_id)
    LEFT JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number
    LEFT JOIN sync.quarantine AS quarantine
        ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
    WHERE coalesce(quarantine.reason, CASE WHEN patron.registry_status IS NULL THEN checked.reason END) = %(not_found)s
), known AS (
    SELECT link.patron_number, 'guardian ' || link.guardian_id AS who, link.signed_on, min(link.link_number) AS place
    FROM library.guardian_link AS link
    WHERE link.source = 'enrolled' AND link.patron_number IN (SELECT patron_number FROM import_guardian)
    GROUP BY link.patron_number, link.guardian_id, link.signed_on
), newest AS (
    SELECT DISTINCT ON (patron_number) patron_number, who, signed_on
    FROM (
        SELECT patron_number, who, signed_on, 1 AS rank, place FROM known
        UNION ALL
        SELECT patron_number, who, signed_on::date, 2, line FROM import_guardian
    ) AS form
    ORDER BY patron_number, signed_on DESC, who IN (SELECT who FROM not_found), rank, place
), compared AS (
    SELECT staged.line,
           CASE WHEN staged.line > min(staged.line) OVER (PARTITION BY staged.patron_number, staged.who, staged.signed_on)
                    THEN 'repeated'
                WHEN staged.who = newest.who AND staged.signed_on::date = newest.signed_on THEN 'newest'
                WHEN known.who IS NOT NULL THEN 'known'
                WHEN staged.signed_on::date = newest.signed_on THEN 'same day'
                ELSE 'older' END AS standing
    FROM import_guardian AS staged
    JOIN newest USING (patron_number)
    LEFT JOIN known
        ON known.patron_number = staged.patron_number AND known.who = staged.who
       AND known.signed_on = staged.signed_on::date
)
UPDATE import_guardian AS staged SET standing = compared.standing
FROM compared WHERE compared.line = staged.line;
