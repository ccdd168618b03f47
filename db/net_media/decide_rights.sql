-- Which rights are to be others than they are, of everyone or of whom is enlisted: the set form of mappers.net_media.decide.
-- Each rule is a column that holds the reason for which it fails; the first that fails is the reason on record.
-- Any that fails ends a grace, and then there is no agreement.
-- in: enlisted_patron, in_force, everyone, services and their marks, today, not_barring; statuses, says_nothing and codes (who is resident);
--     the reasons by name   out: decided_right is filled
INSERT INTO decided_right (patron_number, service, granted, reason, since, until, municipality_code, left_on, was_granted,
                           is_news, mark)
SELECT patron_number, service, granted, reason,
       CASE WHEN is_news THEN %(today)s ELSE held_since END, until, granted_by, left_on, held_granted, is_news, mark
FROM (
    SELECT patron_number, service, mark, failing IS NULL AS granted, held_granted, held_since,
           coalesce(failing, in_grace) AS reason,
           CASE WHEN failing IS NULL AND in_grace IS NOT NULL THEN last_day END AS until,
           CASE WHEN failing IS NULL AND in_grace IS NOT NULL THEN learnt_on END AS left_on,
           CASE WHEN failing IS NULL THEN agreement_of END AS granted_by,
           held_granted IS NULL OR held_granted <> (failing IS NULL)
               OR held_reason IS DISTINCT FROM coalesce(failing, in_grace) AS is_news,
           held_until, held_municipality_code, held_left_on
    FROM (
        SELECT *,
               CASE WHEN in_grace IS NOT NULL AND coalesce({net_media_rules_fail}) IS NOT NULL
                    THEN coalesce(residence_fails, %(no_agreement)s)
                    ELSE coalesce({net_media_rules_fail}) END AS failing
        FROM (
            SELECT *,
                   CASE WHEN NOT is_resident THEN %(not_resident)s END AS residence_fails,
                   CASE WHEN agreement_of IS NULL THEN %(no_agreement)s END AS agreement_fails,
                   CASE WHEN is_barred THEN %(blocked)s END AS blocks_fails,
                   CASE WHEN birth_date IS NULL AND num_nonnulls(old_enough_by, too_old_by) > 0 THEN %(age_unknown)s
                        WHEN birth_date > old_enough_by THEN %(too_young)s
                        WHEN birth_date <= too_old_by THEN %(too_old)s END AS age_fails,
                   CASE WHEN patron_group = ANY (excluded_groups) THEN %(group_excluded)s END AS group_fails,
                   CASE WHEN is_former AND agreement_of IS NOT NULL THEN %(grace)s END AS in_grace
            FROM (
                SELECT patron.patron_number, offered.service, offered.mark, patron.birth_date, patron.patron_group,
                       coalesce(patron.registry_status = ANY (%(statuses)s)
                           OR patron.registry_status IS NULL AND patron.municipality_code = ANY (%(codes)s)
                           OR patron.registry_status = %(says_nothing)s AND patron.municipality_code = ANY (%(codes)s),
                           false) AS is_resident,
                       barred.patron_number IS NOT NULL AS is_barred,
                       held.granted AS held_granted, held.reason AS held_reason, held.since AS held_since,
                       held.until AS held_until, held.municipality_code AS held_municipality_code,
                       held.left_on AS held_left_on,
                       own.service IS NULL AS is_former, move.learnt_on, move.learnt_on + former.grace_days AS last_day,
                       CASE WHEN own.service IS NULL AND former.grace_days > 0
                                 AND %(today)s <= move.learnt_on + former.grace_days
                            THEN former.municipality_code ELSE own.municipality_code END AS agreement_of,
                       CASE WHEN own.service IS NULL THEN former.old_enough_by ELSE own.old_enough_by END AS old_enough_by,
                       CASE WHEN own.service IS NULL THEN former.too_old_by ELSE own.too_old_by END AS too_old_by,
                       CASE WHEN own.service IS NULL THEN former.excluded_groups ELSE own.excluded_groups END
                           AS excluded_groups
                FROM library.patron AS patron
                LEFT JOIN enlisted_patron AS enlisted USING (patron_number)
                CROSS JOIN unnest(%(services)s::text[], %(marks)s::bit varying[]) AS offered (service, mark)
                LEFT JOIN in_force AS own
                    ON own.service = offered.service AND own.municipality_code = patron.municipality_code
                LEFT JOIN library.net_media_right AS held
                    ON held.patron_number = patron.patron_number AND held.service = offered.service
                LEFT JOIN in_force AS former
                    ON held.granted AND held.municipality_code IS DISTINCT FROM patron.municipality_code
                    AND former.municipality_code = held.municipality_code AND former.service = held.service
                LEFT JOIN (
                    SELECT DISTINCT patron_number FROM library.block
                    WHERE since <= %(today)s AND reason <> ALL (%(not_barring)s)
                ) AS barred ON barred.patron_number = patron.patron_number
                CROSS JOIN LATERAL (
                    SELECT coalesce(held.left_on, least(enlisted.learnt_on, %(today)s), %(today)s) AS learnt_on
                ) AS move
                WHERE %(everyone)s OR enlisted.patron_number IS NOT NULL
                OFFSET 0
            ) AS facts
            OFFSET 0
        ) AS rules
        OFFSET 0
    ) AS verdict
) AS found
WHERE is_news OR (until, granted_by, left_on) IS DISTINCT FROM (held_until, held_municipality_code, held_left_on);
