-- Forms that an earlier line repeats, and those of somebody who signed on the very day of the one that counts.
-- In: import_guardian. Out: these lines leave it for import_reject.
WITH beaten AS (
    DELETE FROM import_guardian AS staged USING (
        SELECT line, min(line) OVER (PARTITION BY patron_number, who, signed_on) AS first FROM import_guardian
    ) AS form
    WHERE form.line = staged.line AND staged.standing IN ('repeated', 'same day')
    RETURNING staged.line, staged.patron_number, staged.standing, form.first
)
INSERT INTO import_reject (line, key, column_name, fault, other)
SELECT line, patron_number,
       CASE standing WHEN 'repeated' THEN 'patron_number' ELSE 'signed_on' END,
       CASE standing WHEN 'repeated' THEN 'second line' ELSE 'signed the same day' END,
       CASE standing WHEN 'repeated' THEN first::text END
FROM beaten;
