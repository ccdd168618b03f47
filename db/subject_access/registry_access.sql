-- Every look-up of the person in the registry, as a patron and as a guardian.
-- in: number, guardians (their rows in library.guardian)   out: asked_at, purpose, outcome, is_a_patron_s (false: a guardian's)
SELECT asked_at, purpose, outcome, true AS is_a_patron_s FROM sync.registry_access WHERE patron_number = %(number)s
UNION ALL
SELECT asked_at, purpose, outcome, false FROM sync.registry_access WHERE guardian_id = ANY (%(guardians)s)
ORDER BY asked_at;
