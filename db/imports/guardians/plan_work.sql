-- Which of the forms that count change something, and what.
-- A guardian's details are those of the form that the guardian signed last, for whichever child; of one day the first.
-- Name and details are compared as `put_details` writes them.
-- In: import_guardian, columns (of the file). Out: import_enrolment.
INSERT INTO import_enrolment
SELECT form.line, form.patron_number, form.guardian_id, form.signed_on, form.new_link, form.renewed, form.ended,
       form.details
FROM (
    SELECT staged.line, staged.patron_number, staged.guardian_id, staged.signed_on::date AS signed_on,
           NOT on_file.same AND NOT on_file.in_force AS new_link,
           NOT on_file.same AND on_file.in_force AS renewed,
           NOT on_file.same AND on_file.of_another AS ended,
           last_signed.line IS NOT NULL
           AND (guardian.name, guardian.mobile, guardian.landline, guardian.email)
               IS DISTINCT FROM
               (CASE WHEN guardian.patron_number IS NULL AND guardian.registry_status IS NULL
                     THEN staged.guardian_name ELSE guardian.name END,
                CASE WHEN 'mobile' = ANY (%(columns)s) THEN staged.mobile ELSE guardian.mobile END,
                CASE WHEN 'landline' = ANY (%(columns)s) THEN staged.landline ELSE guardian.landline END,
                CASE WHEN 'email' = ANY (%(columns)s) THEN staged.email ELSE guardian.email END) AS details
    FROM import_guardian AS staged
    JOIN library.guardian ON guardian.guardian_id = staged.guardian_id
    LEFT JOIN (
        SELECT DISTINCT ON (guardian_id) guardian_id, line, signed_on::date AS signed_on
        FROM import_guardian WHERE standing = 'newest'
        ORDER BY guardian_id, signed_on DESC, line
    ) AS last_signed
        ON last_signed.line = staged.line
       AND NOT EXISTS (
           SELECT FROM library.guardian_link AS later
           WHERE later.guardian_id = last_signed.guardian_id AND later.source = 'enrolled'
             AND later.signed_on > last_signed.signed_on)
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(link.guardian_id = staged.guardian_id AND link.signed_on = staged.signed_on::date), false)
                   AS same,
               coalesce(bool_or(link.guardian_id = staged.guardian_id AND going_on.lasts), false) AS in_force,
               coalesce(bool_or(link.guardian_id <> staged.guardian_id AND going_on.lasts), false) AS of_another
        FROM library.guardian_link AS link
        CROSS JOIN LATERAL (
            SELECT link.valid_to IS NULL OR link.valid_to > staged.signed_on::date AS lasts
        ) AS going_on
        WHERE link.patron_number = staged.patron_number AND link.source = 'enrolled'
    ) AS on_file
    WHERE staged.standing = 'newest'
) AS form
WHERE form.new_link OR form.renewed OR form.ended OR form.details;
