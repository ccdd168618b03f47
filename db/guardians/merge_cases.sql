-- The cases about a guardian who is one person with another are the other's from now on: none is closed and raised anew.
-- One that the other has as well is dropped.
-- in: losers, winners (of one length)   out: nothing
WITH pair AS (
    SELECT * FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
), double AS (
    SELECT open_case.case_number, pair.winner,
           row_number() OVER (PARTITION BY open_case.patron_number, open_case.kind, pair.winner
                              ORDER BY open_case.since, open_case.case_number) > 1
           OR EXISTS (
               SELECT FROM library.staff_case AS held
               WHERE held.patron_number = open_case.patron_number AND held.kind = open_case.kind
                 AND held.resolved_on IS NULL AND held.detail = jsonb_build_object('guardian', pair.winner)) AS held
    FROM library.staff_case AS open_case
    JOIN pair ON open_case.detail = jsonb_build_object('guardian', pair.loser)
    WHERE open_case.resolved_on IS NULL
), dropped AS (
    DELETE FROM library.staff_case AS open_case USING double
    WHERE double.held AND open_case.case_number = double.case_number
)
UPDATE library.staff_case AS open_case
SET detail = jsonb_build_object('guardian', double.winner)
FROM double
WHERE NOT double.held AND open_case.case_number = double.case_number;
