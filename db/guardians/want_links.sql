-- Who holds custody of the batch's minors today: the set form of mappers.custody.holders_on, by guardian.
-- in: enlisted_child, today   out: wanted_link is filled
INSERT INTO wanted_link (patron_number, guardian_id, kind, valid_from, valid_to)
SELECT custody.patron_number, coalesce(guardian.guardian_id, former.guardian_id), custody.kind,
       nullif(min(coalesce(custody.valid_from, '-infinity')), '-infinity'),
       nullif(max(coalesce(custody.valid_to, 'infinity')), 'infinity')
FROM enlisted_child AS child
JOIN library.custody USING (patron_number)
LEFT JOIN library.guardian ON guardian.cpr_number = custody.cpr_number
LEFT JOIN library.former_guardian_number AS former ON former.cpr_number = custody.cpr_number
WHERE child.state = 'minor' AND child.spoken
  AND (custody.valid_from IS NULL OR custody.valid_from <= %(today)s)
  AND (custody.valid_to IS NULL OR %(today)s < custody.valid_to)
GROUP BY 1, 2, 3;
