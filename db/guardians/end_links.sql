-- Ends what is over: all links on the birthday or the death, a registry link whose holder holds no custody any more (on the
-- delete date that the registry has now, else on the one it had, else today), an enrolled one whose last day staff have set. The set form of mappers.guardianship.end_of.
-- in: enlisted_child, wanted_link, today   out: patron_number of each link that ended
UPDATE library.guardian_link AS link
SET ended = true,
    valid_to = CASE
        WHEN child.state <> 'minor' THEN least(link.valid_to, child.ends_on)
        WHEN link.source = 'enrolled' THEN link.valid_to
        ELSE coalesce((
            SELECT max(custody.valid_to)
            FROM library.custody
            LEFT JOIN library.guardian ON guardian.cpr_number = custody.cpr_number
            LEFT JOIN library.former_guardian_number AS former ON former.cpr_number = custody.cpr_number
            WHERE custody.patron_number = link.patron_number AND custody.kind = link.kind
              AND coalesce(guardian.guardian_id, former.guardian_id) IS NOT DISTINCT FROM link.guardian_id
              AND custody.valid_to <= %(today)s
              AND (link.valid_from IS NULL OR link.valid_from < custody.valid_to)
        ), CASE WHEN link.valid_to <= %(today)s THEN link.valid_to END, %(today)s) END
FROM enlisted_child AS child
WHERE link.patron_number = child.patron_number AND NOT link.ended
  AND (child.state IN ('adult', 'dead')
       OR child.state = 'minor' AND CASE link.source
           WHEN 'enrolled' THEN link.valid_to <= %(today)s
           ELSE (child.spoken OR link.valid_to <= %(today)s)
               AND (link.valid_from IS NULL OR link.valid_from <= %(today)s) -- an earlier night played again ends no later link
               AND NOT EXISTS (
               SELECT FROM wanted_link AS wanted
               WHERE wanted.patron_number = link.patron_number AND wanted.kind = link.kind
                 AND wanted.guardian_id IS NOT DISTINCT FROM link.guardian_id) END)
RETURNING link.patron_number;
