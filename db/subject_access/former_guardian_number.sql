-- The CPR numbers that the person had before as a guardian.
-- in: guardians (their rows in library.guardian)   out: the columns of library.former_guardian_number
SELECT * FROM library.former_guardian_number WHERE guardian_id = ANY (%(guardians)s) ORDER BY guardian_id, cpr_number;
