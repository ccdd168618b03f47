-- Whether a patron or a guardian has a CPR number, or had it.
-- in: number   out: one truth value
SELECT EXISTS (SELECT FROM library.patron WHERE cpr_number = %(number)s)
    OR EXISTS (SELECT FROM library.former_cpr_number WHERE cpr_number = %(number)s)
    OR EXISTS (SELECT FROM library.guardian WHERE cpr_number = %(number)s)
    OR EXISTS (SELECT FROM library.former_guardian_number WHERE cpr_number = %(number)s);
