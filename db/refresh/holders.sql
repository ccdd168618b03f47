-- Who holds these CPR numbers now.
-- in: cpr_numbers   out: cpr_number, patron_number
SELECT cpr_number, patron_number FROM library.patron WHERE cpr_number = ANY (%(cpr_numbers)s);
