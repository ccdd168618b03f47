-- Who may be written to, how, and in which language. The dead are never among it; whoever is gone is, until they are deleted,
-- since a loan or a bill of theirs is open.
-- in: nothing   out: view downstream.contact
CREATE OR REPLACE VIEW downstream.contact AS
SELECT patron.patron_number,
       patron.language,
       patron.email,
       coalesce((SELECT array_agg(phone.number ORDER BY phone.number) FROM library.patron_phone AS phone
                 WHERE phone.patron_number = patron.patron_number AND phone.kind = 'mobile'), '{}') AS mobiles,
       patron.gone_on
FROM library.patron AS patron
WHERE patron.registry_status IS DISTINCT FROM 90
  AND NOT EXISTS (
      SELECT FROM library.block WHERE block.patron_number = patron.patron_number AND block.reason = 'deceased');
COMMENT ON VIEW downstream.contact IS 'Who may be written to, how, in which language. Whoever is dead is not in it: write to nobody who is not';
COMMENT ON COLUMN downstream.contact.patron_number IS 'The patron. Source: library. Never null';
COMMENT ON COLUMN downstream.contact.language IS 'Language of messages: da or en. Source: library. Null: not chosen';
COMMENT ON COLUMN downstream.contact.email IS 'E-mail address. Source: library, or the patron on the website. Null: none';
COMMENT ON COLUMN downstream.contact.mobiles IS 'Mobile numbers, for SMS. Source: library, or the patron on the website. Never null, may be empty';
COMMENT ON COLUMN downstream.contact.gone_on IS 'Since when the patron is gone from the library''s register: write about what is still open, and nothing else. Source: library. Null: a patron';
