-- The children of a batch, and where each stands today: the set form of mappers.guardianship.standing.
-- in: patron_numbers, today, uncertain (kind of case)   out: enlisted_child is filled
INSERT INTO enlisted_child (patron_number, state, ends_on, spoken)
SELECT patron.patron_number,
       CASE WHEN patron.registry_status = 90 THEN 'dead'
            WHEN age.known AND age.comes_on <= %(today)s THEN 'adult'
            WHEN patron.gone_on IS NOT NULL THEN 'gone'
            WHEN age.comes_on <= %(today)s THEN 'uncertain'
            ELSE 'minor' END,
       CASE WHEN patron.registry_status = 90
            THEN least(patron.registry_status_date, %(today)s, CASE WHEN age.known THEN age.ends_on END)
            WHEN age.known AND age.comes_on <= %(today)s THEN age.ends_on END,
       checked.custody_on IS NOT NULL
FROM unnest(%(patron_numbers)s::text[]) AS asked (patron_number)
JOIN library.patron AS patron USING (patron_number)
JOIN sync.patron_check AS checked USING (patron_number)
LEFT JOIN LATERAL (
    SELECT max(closed_on) AS closed_on
    FROM library.staff_case AS settled
    WHERE patron.birth_date_uncertain AND settled.patron_number = patron.patron_number
      AND settled.kind = %(uncertain)s AND settled.resolved_on IS NULL AND settled.closed_on <= %(today)s
) AS settled ON patron.birth_date_uncertain
CROSS JOIN LATERAL (
    SELECT library.comes_of_age(patron.birth_date) AS comes_on,
           patron.birth_date_uncertain IS NOT TRUE OR settled.closed_on IS NOT NULL AS known,
           greatest(library.comes_of_age(patron.birth_date), settled.closed_on) AS ends_on
) AS age;
