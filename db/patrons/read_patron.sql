-- One patron as the library has them, with blocks, rights to net media and an open quarantine; never the CPR number itself.
-- in: number, day   out: one row or none; has_registry_number says whether the registry may be asked, protected holds
--     protection against day, protected_now against own_day (null: the registry has not spoken); then the columns of mappers.record.PatronRecord
SELECT patron.patron_number, patron.patron_group, patron.gone_on, checked.checked_at,
       library.is_registry_number(patron.cpr_number) IS TRUE AS has_registry_number,
       library.is_protected(patron.cpr_number, patron.protection_flag, patron.protected_from, patron.protected_to,
                            %(day)s) AS protected,
       library.is_protected(patron.cpr_number, patron.protection_flag, patron.protected_from, patron.protected_to,
                            %(own_day)s) AS protected_now,
       coalesce((
           SELECT json_agg(json_build_object('reason', reason, 'source', source, 'since', since)
                          ORDER BY since, reason, source)
           FROM library.block WHERE block.patron_number = patron.patron_number), '[]') AS blocks,
       coalesce((
           SELECT json_agg(json_build_object('service', service, 'granted', granted, 'reason', reason, 'since', since,
                                             'until', until) ORDER BY service)
           FROM library.net_media_right AS held WHERE held.patron_number = patron.patron_number), '[]') AS net_media,
       (
           SELECT json_build_object('reason', reason, 'since', since,
                                    'next_try', CASE WHEN isfinite(checked.next_due) THEN checked.next_due END)
           FROM sync.quarantine
           WHERE quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL) AS quarantine,
       {record_columns}
FROM library.patron AS patron
JOIN sync.patron_check AS checked USING (patron_number)
WHERE patron.patron_number = %(number)s;
