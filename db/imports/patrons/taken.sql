-- Who is new and who changes, and what each shall have: the set form of mappers.extracts.taking.taken. A column that the
-- file lacks is left alone. The registry's facts are taken only while it has not spoken about the patron
-- (registry_status is null); so is the CPR number. Who was gone comes back.
-- In: import_patron, columns (of the file). Out: import_work.
INSERT INTO import_work
SELECT staged.line, staged.patron_number, patron.patron_number IS NOT NULL, patron.xmin, difference.changed,
       facts.cpr_number, facts.name, facts.birth_date, facts.address_kind, facts.street, facts.postal_code,
       facts.postal_district, facts.municipality_code, facts.patron_group, facts.home_branch, facts.language,
       facts.email, facts.internal_note, facts.note_to_patron, staged.mobile, staged.landline, staged.card_number,
       staged.pin_hash, staged.blocked_on::date, staged.block_reason, staged.absent_from::date, staged.absent_to::date
FROM import_patron AS staged
LEFT JOIN library.patron ON patron.patron_number = staged.patron_number
LEFT JOIN (
    SELECT patron_number, array_agg(number) FILTER (WHERE kind = 'mobile') AS mobile,
           array_agg(number) FILTER (WHERE kind = 'landline') AS landline
    FROM library.patron_phone WHERE %(columns)s && ARRAY['mobile', 'landline'] GROUP BY patron_number
) AS phone ON phone.patron_number = staged.patron_number
LEFT JOIN (
    SELECT patron_number, array_agg(card_number) AS cards
    FROM library.patron_card WHERE 'card_number' = ANY (%(columns)s) GROUP BY patron_number
) AS card ON card.patron_number = staged.patron_number
LEFT JOIN (
    SELECT same.card_number
    FROM (SELECT array_agg(card_number) AS cards, array_agg(pin_hash) AS hashes
          FROM import_patron WHERE card_number IS NOT NULL AND 'pin' = ANY (%(columns)s)) AS given
    CROSS JOIN LATERAL sync.same_pins(given.cards, given.hashes) AS same (card_number)
) AS pin ON pin.card_number = staged.card_number
LEFT JOIN (
    SELECT patron_number, array_agg(concat_ws(' ', since, reason)) AS blocks
    FROM library.block WHERE source = 'staff' AND 'block_reason' = ANY (%(columns)s) GROUP BY patron_number
) AS block ON block.patron_number = staged.patron_number
LEFT JOIN (
    SELECT patron_number, array_agg(concat_ws(' ', absent_from, absent_to)) AS periods
    FROM library.absence WHERE 'absent_from' = ANY (%(columns)s) GROUP BY patron_number
) AS absence ON absence.patron_number = staged.patron_number
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN 'cpr_number' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.cpr_number ELSE patron.cpr_number END AS cpr_number,
        CASE WHEN 'name' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.name ELSE patron.name END AS name,
        CASE WHEN 'birth_date' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.birth_date::date ELSE patron.birth_date END AS birth_date,
        CASE WHEN 'address' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.address ELSE patron.street END AS street,
        CASE WHEN 'postal_code' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.postal_code ELSE patron.postal_code END AS postal_code,
        CASE WHEN 'postal_district' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.postal_district ELSE patron.postal_district END AS postal_district,
        CASE WHEN 'municipality_code' = ANY (%(columns)s) AND patron.registry_status IS NULL
             THEN staged.municipality_code ELSE patron.municipality_code END AS municipality_code,
        CASE WHEN 'patron_group' = ANY (%(columns)s) AND staged.group_withheld IS NULL
             THEN staged.patron_group ELSE patron.patron_group END AS patron_group,
        CASE WHEN 'home_branch' = ANY (%(columns)s) THEN staged.home_branch ELSE patron.home_branch END AS home_branch,
        CASE WHEN 'language' = ANY (%(columns)s) THEN staged.language ELSE patron.language END AS language,
        CASE WHEN 'email' = ANY (%(columns)s) THEN staged.email ELSE patron.email END AS email,
        CASE WHEN 'internal_note' = ANY (%(columns)s)
             THEN staged.internal_note ELSE patron.internal_note END AS internal_note,
        CASE WHEN 'note_to_patron' = ANY (%(columns)s)
             THEN staged.note_to_patron ELSE patron.note_to_patron END AS note_to_patron
) AS taken
CROSS JOIN LATERAL (
    SELECT taken.*,
           CASE WHEN patron.registry_status IS NOT NULL THEN patron.address_kind
                WHEN taken.street IS NULL AND taken.postal_code IS NULL AND taken.postal_district IS NULL THEN 'none'
                ELSE 'as imported' END AS address_kind
) AS facts
CROSS JOIN LATERAL (
    SELECT CASE WHEN patron.patron_number IS NULL THEN '{}'::text[] ELSE array_remove(ARRAY[
        CASE WHEN facts.cpr_number IS DISTINCT FROM patron.cpr_number THEN 'cpr_number' END,
        CASE WHEN facts.name IS DISTINCT FROM patron.name THEN 'name' END,
        CASE WHEN facts.birth_date IS DISTINCT FROM patron.birth_date THEN 'birth_date' END,
        CASE WHEN facts.address_kind IS DISTINCT FROM patron.address_kind THEN 'address_kind' END,
        CASE WHEN facts.street IS DISTINCT FROM patron.street THEN 'street' END,
        CASE WHEN facts.postal_code IS DISTINCT FROM patron.postal_code THEN 'postal_code' END,
        CASE WHEN facts.postal_district IS DISTINCT FROM patron.postal_district THEN 'postal_district' END,
        CASE WHEN facts.municipality_code IS DISTINCT FROM patron.municipality_code THEN 'municipality_code' END,
        CASE WHEN facts.patron_group IS DISTINCT FROM patron.patron_group THEN 'patron_group' END,
        CASE WHEN facts.home_branch IS DISTINCT FROM patron.home_branch THEN 'home_branch' END,
        CASE WHEN facts.language IS DISTINCT FROM patron.language THEN 'language' END,
        CASE WHEN facts.email IS DISTINCT FROM patron.email THEN 'email' END,
        CASE WHEN facts.internal_note IS DISTINCT FROM patron.internal_note THEN 'internal_note' END,
        CASE WHEN facts.note_to_patron IS DISTINCT FROM patron.note_to_patron THEN 'note_to_patron' END,
        CASE WHEN patron.gone_on IS NOT NULL THEN 'gone_on' END,
        CASE WHEN 'mobile' = ANY (%(columns)s)
              AND array_remove(ARRAY[staged.mobile], NULL) <> coalesce(phone.mobile, '{}') THEN 'mobile' END,
        CASE WHEN 'landline' = ANY (%(columns)s)
              AND array_remove(ARRAY[staged.landline], NULL) <> coalesce(phone.landline, '{}') THEN 'landline' END,
        CASE WHEN 'card_number' = ANY (%(columns)s)
              AND array_remove(ARRAY[staged.card_number], NULL) <> coalesce(card.cards, '{}') THEN 'card_number' END,
        CASE WHEN 'pin' = ANY (%(columns)s) AND staged.card_number IS NOT NULL AND pin.card_number IS NULL THEN 'pin' END,
        CASE WHEN 'block_reason' = ANY (%(columns)s)
              AND array_remove(ARRAY[staged.blocked_on::date || ' ' || staged.block_reason], NULL)
                  <> coalesce(block.blocks, '{}') THEN 'blocks' END,
        CASE WHEN 'absent_from' = ANY (%(columns)s)
              AND array_remove(ARRAY[nullif(concat_ws(' ', staged.absent_from::date, staged.absent_to::date), '')], NULL)
                  <> coalesce(absence.periods, '{}') THEN 'absence' END
    ], NULL) END AS changed
) AS difference
WHERE patron.patron_number IS NULL OR difference.changed <> '{}';
