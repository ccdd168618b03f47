-- Patrons, as today shows them. Name and address of the protected are withheld from who may not see them.
-- in: nothing   out: view downstream.patron
CREATE OR REPLACE VIEW downstream.patron AS
SELECT patron.patron_number,
       CASE WHEN NOT shown.withheld THEN patron.name END AS name,
       patron.birth_date,
       patron.birth_date_uncertain,
       protection.protected,
       shown.withheld,
       CASE WHEN NOT shown.withheld THEN address.kind END AS address_kind,
       CASE WHEN NOT shown.withheld THEN address.co_name END AS co_name,
       CASE WHEN NOT shown.withheld THEN address.street END AS street,
       CASE WHEN NOT shown.withheld THEN address.lines END AS address_lines,
       CASE WHEN NOT shown.withheld THEN address.town END AS town,
       CASE WHEN NOT shown.withheld THEN address.postal_code END AS postal_code,
       CASE WHEN NOT shown.withheld THEN address.postal_district END AS postal_district,
       CASE WHEN NOT shown.withheld THEN address.country END AS country,
       patron.municipality_code,
       patron.registry_status,
       patron.patron_group,
       patron.home_branch,
       patron.language,
       patron.gone_on
FROM library.patron AS patron
CROSS JOIN (SELECT library.copenhagen_today() AS today, downstream.sees_protected() AS sees_protected OFFSET 0) AS reader
CROSS JOIN LATERAL (
    SELECT coalesce(library.is_protected(patron.cpr_number, patron.protection_flag, patron.protected_from,
                                         patron.protected_to, reader.today), true) AS protected
) AS protection
CROSS JOIN LATERAL (SELECT protection.protected AND NOT reader.sees_protected AS withheld) AS shown
CROSS JOIN LATERAL library.current_address(patron, reader.today) AS address;
COMMENT ON VIEW downstream.patron IS 'Patrons, as today shows them: one row each, the dead and the gone too';
COMMENT ON COLUMN downstream.patron.patron_number IS 'How the library system identifies the patron (lånernummer). Source: library. Never null';
COMMENT ON COLUMN downstream.patron.name IS 'The addressing name, as on letters. Source: registry. Null: withheld, or not known';
COMMENT ON COLUMN downstream.patron.birth_date IS 'Date of birth. Source: registry. Null: not known';
COMMENT ON COLUMN downstream.patron.birth_date_uncertain IS 'The registry marks the birth date as uncertain. Source: registry. Null: the registry has not spoken';
COMMENT ON COLUMN downstream.patron.protected IS 'Name and address are protected today, or the registry has not spoken yet: pass neither on. Source: registry. Never null';
COMMENT ON COLUMN downstream.patron.withheld IS 'Name and address are null because they are withheld from the role that asks. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.patron.address_kind IS 'What the address is: residential, contact, administrative (no place to post to), foreign, last known (not current), as imported (the registry has not spoken), none. Source: registry. Null: withheld';
COMMENT ON COLUMN downstream.patron.co_name IS 'c/o name, without the letters c/o. Source: registry. Null: withheld, or none';
COMMENT ON COLUMN downstream.patron.street IS 'The address line as on an envelope. Source: registry. Null: withheld, or none';
COMMENT ON COLUMN downstream.patron.address_lines IS 'What stands beside it: locality, supplementary lines; all lines of a contact or foreign address. Source: registry. Null: withheld';
COMMENT ON COLUMN downstream.patron.town IS 'Supplementary town name (bynavn). Source: registry. Null: withheld, or none';
COMMENT ON COLUMN downstream.patron.postal_code IS 'Postal code. Source: registry. Null: withheld, or none';
COMMENT ON COLUMN downstream.patron.postal_district IS 'Postal district. Source: registry. Null: withheld, or none';
COMMENT ON COLUMN downstream.patron.country IS 'The registry''s four-digit country code of a foreign address. Source: registry. Null: withheld, or in Denmark or Greenland';
COMMENT ON COLUMN downstream.patron.municipality_code IS 'Municipality of residence, four digits; of the protected too. Source: registry. Null: none, or not known';
COMMENT ON COLUMN downstream.patron.registry_status IS 'The registry''s status: 1 and 3 live in Denmark, 5 and 7 in Greenland, 20 has a number without residence, 30 number annulled, 70 disappeared, 80 emigrated, 90 dead. Source: registry. Null: the registry has not spoken';
COMMENT ON COLUMN downstream.patron.patron_group IS 'Patron group (lånergruppe). Source: library. Null: none';
COMMENT ON COLUMN downstream.patron.home_branch IS 'Branch where reservations are picked up (tilhørsfilial). Source: library, or the patron on the website. Null: none';
COMMENT ON COLUMN downstream.patron.language IS 'Language of messages: da or en. Source: library. Null: not chosen';
COMMENT ON COLUMN downstream.patron.gone_on IS 'Since when the patron is gone from the library''s register; deleted when nothing is left to settle. Source: library. Null: a patron';
