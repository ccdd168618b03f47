-- Who has a CPR number, or had it before the registry replaced it; who has it now comes before who had it. Of a guardian who is
-- no patron the links.
-- in: cpr_number   out: one row: patron_number (null: no patron's), former (the number is one that the patron had),
--     guardian_links (link_number; empty: no guardian's, or the guardian is a patron)
SELECT holder.patron_number, coalesce(holder.former, false) AS former,
       ARRAY(SELECT link.link_number
             FROM library.guardian
             JOIN library.guardian_link AS link USING (guardian_id)
             WHERE holder.patron_number IS NULL AND guardian.patron_number IS NULL
               AND (guardian.cpr_number = %(cpr_number)s OR guardian.guardian_id IN (
                   SELECT guardian_id FROM library.former_guardian_number AS former
                   WHERE former.cpr_number = %(cpr_number)s))
             ORDER BY link.link_number) AS guardian_links
FROM (SELECT) AS nobody
LEFT JOIN LATERAL (
    SELECT patron_number, false AS former FROM library.patron WHERE cpr_number = %(cpr_number)s
    UNION ALL
    SELECT patron_number, true FROM library.former_cpr_number WHERE cpr_number = %(cpr_number)s
    ORDER BY former
    LIMIT 1
) AS holder ON true;
