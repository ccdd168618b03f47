-- What each form is beside the others about the same child: the set form of mappers.extracts.enrolling.standings.
-- In: import_guardian. Out: standing is set.
WITH known AS (
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
    ORDER BY patron_number, signed_on DESC, rank, place
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
