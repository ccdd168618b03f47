-- What retention needs: on loans and charges the day that their clock stands at, kept by triggers, so that what is due is
-- found by an index and seen again under the row's own lock; numbers that were forgotten; the outcome of each rule in each
-- run; consumers of the change feed.
-- In: a database at 0003.   Out: columns of library.loan and library.charge with their triggers; sync.forgotten,
-- sync.retention_outcome, sync.consumer; indices on the clocks.

-- Clocks -------------------------------------------------------------------------------------------------------------

ALTER TABLE library.charge ADD COLUMN settled_on date;
CREATE INDEX charge_settled ON library.charge (settled_on, charge_number) WHERE settled_on IS NOT NULL;
COMMENT ON COLUMN library.charge.settled_on IS 'The day on which the outstanding amount reached zero, by the charge and its payments; null: it has not. Kept by triggers';

ALTER TABLE library.loan
    ADD COLUMN unsettled_charges integer NOT NULL DEFAULT 0,
    ADD COLUMN settled_on date,
    ADD COLUMN lost_billed boolean NOT NULL DEFAULT false,
    ADD COLUMN gone_settled_on date,
    ADD COLUMN gone_lost_billed boolean NOT NULL DEFAULT false,
    ADD COLUMN over_on date GENERATED ALWAYS AS (
        CASE WHEN unsettled_charges > 0 THEN NULL
             WHEN returned_at IS NOT NULL
             THEN greatest((returned_at AT TIME ZONE 'Europe/Copenhagen')::date, settled_on)
             WHEN lost_at IS NOT NULL AND lost_billed THEN settled_on
        END) STORED;
CREATE INDEX loan_over ON library.loan (over_on, loan_number) WHERE over_on IS NOT NULL;
CREATE INDEX loan_returned ON library.loan (returned_at) WHERE returned_at IS NOT NULL;
CREATE INDEX loan_lost ON library.loan (lost_at) WHERE lost_at IS NOT NULL;
COMMENT ON COLUMN library.loan.unsettled_charges IS 'How many charges of it are not settled. Kept by triggers';
COMMENT ON COLUMN library.loan.settled_on IS 'The day of the latest settlement of a charge of it, those that are gone included; null: none. Kept by triggers';
COMMENT ON COLUMN library.loan.lost_billed IS 'It has, or had, a charge for a lost item. Kept by triggers';
COMMENT ON COLUMN library.loan.gone_settled_on IS 'The day of the latest settlement of a charge of it that is gone already; null: none is. Kept by triggers';
COMMENT ON COLUMN library.loan.gone_lost_billed IS 'A charge for the lost item was settled and is gone already. Kept by triggers';
COMMENT ON COLUMN library.loan.over_on IS 'The day on which it was over: its return, or the settlement of the last charge, whichever is later; null: it is not';

-- The functions that work on lists are planned anew for each (force_custom_plan): one charge at the desk and a whole extract
-- are not to share a plan.
CREATE FUNCTION sync.sum_up_loans(numbers text[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    -- The lock comes first, and what is summed up is read after it: two who settle charges of one loan see each other's.
    PERFORM FROM library.loan WHERE loan_number = ANY (numbers) ORDER BY loan_number FOR NO KEY UPDATE;
    UPDATE library.loan
    SET unsettled_charges = summed.unsettled, settled_on = summed.settled_on, lost_billed = summed.lost_billed
    FROM (
        SELECT loan_number, count(charge.charge_number) FILTER (WHERE charge.settled_on IS NULL) AS unsettled,
               greatest(loan.gone_settled_on, max(charge.settled_on)) AS settled_on,
               loan.gone_lost_billed OR coalesce(bool_or(charge.kind = 'lost item'), false) AS lost_billed
        FROM unnest(numbers) AS loan_number
        JOIN library.loan USING (loan_number) LEFT JOIN library.charge USING (loan_number)
        GROUP BY loan_number, loan.gone_settled_on, loan.gone_lost_billed
    ) AS summed
    WHERE loan.loan_number = summed.loan_number
      AND (loan.unsettled_charges, loan.settled_on, loan.lost_billed)
          IS DISTINCT FROM (summed.unsettled, summed.settled_on, summed.lost_billed);
END
$$;
COMMENT ON FUNCTION sync.sum_up_loans(text[]) IS 'Brings what these loans say of their charges up to date';

CREATE FUNCTION sync.settle_charges(numbers text[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    PERFORM FROM library.charge WHERE charge_number = ANY (numbers) ORDER BY charge_number FOR NO KEY UPDATE;
    -- What is paid in one moment counts together: the window takes equal moments as one.
    WITH paid AS (
        SELECT payment.charge_number, payment.paid_at,
               sum(payment.amount) OVER (PARTITION BY payment.charge_number ORDER BY payment.paid_at) AS total
        FROM unnest(numbers) AS charge_number JOIN library.payment USING (charge_number)
    ), short AS (
        SELECT charge.charge_number, charge.charged_at, charge.amount <= 0 AS of_nothing,
               max(paid.paid_at) FILTER (WHERE paid.total < charge.amount) AS last_short
        FROM unnest(numbers) AS charge_number
        JOIN library.charge USING (charge_number) LEFT JOIN paid USING (charge_number)
        GROUP BY charge.charge_number
    ), since AS (
        SELECT short.charge_number, short.charged_at,
               CASE WHEN short.of_nothing AND short.last_short IS NULL THEN short.charged_at ELSE min(paid.paid_at) END AS moment
        FROM short
        LEFT JOIN paid ON paid.charge_number = short.charge_number
            AND paid.paid_at > coalesce(short.last_short, '-infinity')
        GROUP BY short.charge_number, short.charged_at, short.of_nothing, short.last_short
    ), settled AS (
        SELECT charge_number, CASE WHEN moment IS NOT NULL
            THEN (greatest(moment, charged_at) AT TIME ZONE 'Europe/Copenhagen')::date END AS settled_on
        FROM since
    )
    UPDATE library.charge SET settled_on = settled.settled_on
    FROM settled
    WHERE charge.charge_number = settled.charge_number AND charge.settled_on IS DISTINCT FROM settled.settled_on;
END
$$;
COMMENT ON FUNCTION sync.settle_charges(text[]) IS 'Brings the day on which these charges were settled up to date';

CREATE FUNCTION sync.charges_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sync.settle_charges(array_agg(charge_number)) FROM added WHERE amount = 0 HAVING count(*) > 0;
    PERFORM sync.sum_up_loans(array_agg(DISTINCT loan_number)) FROM added WHERE loan_number IS NOT NULL HAVING count(*) > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.charges_added() IS 'Settles charges of nothing, and counts charges into their loans';

-- What was and what is are held against each other by set operations: a statement of a trigger is planned once a session,
-- and a join that was planned for an update that met no row takes hours for a million.
CREATE FUNCTION sync.charges_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sync.settle_charges(array_agg(charge_number))
    FROM (
        SELECT charge_number, amount, charged_at FROM after EXCEPT SELECT charge_number, amount, charged_at FROM before
    ) AS changed
    HAVING count(*) > 0;
    PERFORM sync.sum_up_loans(array_agg(DISTINCT loan_number))
    FROM (
        (SELECT charge_number, loan_number, settled_on, kind FROM after
         EXCEPT SELECT charge_number, loan_number, settled_on, kind FROM before)
        UNION ALL
        (SELECT charge_number, loan_number, settled_on, kind FROM before
         EXCEPT SELECT charge_number, loan_number, settled_on, kind FROM after)
    ) AS touched
    WHERE loan_number IS NOT NULL
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.charges_changed() IS 'Settles charges anew whose amount or time is another, and counts them into their loans';

CREATE FUNCTION sync.keep_of_charges(numbers text[], days date[], bills boolean[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    PERFORM FROM library.loan WHERE loan_number = ANY (numbers) ORDER BY loan_number FOR NO KEY UPDATE;
    UPDATE library.loan
    SET gone_settled_on = greatest(loan.gone_settled_on, gone.settled_on),
        gone_lost_billed = loan.gone_lost_billed OR gone.lost_billed
    FROM (
        SELECT loan_number, max(settled_on) AS settled_on, bool_or(lost_billed) AS lost_billed
        FROM unnest(numbers, days, bills) AS charge (loan_number, settled_on, lost_billed)
        GROUP BY loan_number
    ) AS gone
    WHERE loan.loan_number = gone.loan_number;
END
$$;
COMMENT ON FUNCTION sync.keep_of_charges(text[], date[], boolean[]) IS 'Keeps on these loans the day of settlement of charges that are gone, and whether they were bills for a lost item';

CREATE FUNCTION sync.charges_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sync.keep_of_charges(array_agg(loan_number), array_agg(settled_on), array_agg(kind = 'lost item'))
    FROM removed WHERE loan_number IS NOT NULL AND settled_on IS NOT NULL HAVING count(*) > 0;
    PERFORM sync.sum_up_loans(array_agg(DISTINCT loan_number)) FROM removed WHERE loan_number IS NOT NULL HAVING count(*) > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.charges_removed() IS 'Keeps on the loan what its clock needs of settled charges that are gone';

CREATE TRIGGER charges_added AFTER INSERT ON library.charge
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sync.charges_added();
CREATE TRIGGER charges_changed AFTER UPDATE ON library.charge
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION sync.charges_changed();
CREATE TRIGGER charges_removed AFTER DELETE ON library.charge
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION sync.charges_removed();

CREATE FUNCTION sync.payments_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sync.settle_charges(array_agg(DISTINCT charge_number)) FROM touched HAVING count(*) > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.payments_touched() IS 'Settles the charges anew whose payments were added or deleted';

CREATE FUNCTION sync.payments_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sync.settle_charges(array_agg(DISTINCT charge_number))
    FROM (SELECT charge_number FROM before UNION SELECT charge_number FROM after) AS touched
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.payments_changed() IS 'Settles the charges anew whose payments were changed';

CREATE TRIGGER payments_added AFTER INSERT ON library.payment
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.payments_touched();
CREATE TRIGGER payments_changed AFTER UPDATE ON library.payment
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION sync.payments_changed();
CREATE TRIGGER payments_removed AFTER DELETE ON library.payment
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.payments_touched();

SELECT sync.settle_charges(array_agg(charge_number)) FROM library.charge HAVING count(*) > 0;
SELECT sync.sum_up_loans(array_agg(DISTINCT loan_number)) FROM library.charge WHERE loan_number IS NOT NULL HAVING count(*) > 0;

CREATE INDEX reservation_ended ON library.reservation (least(fulfilled_at, deleted_at), reservation_number)
    WHERE fulfilled_at IS NOT NULL OR deleted_at IS NOT NULL;
CREATE INDEX message_material ON library.message (sent_at, message_number)
    WHERE num_nonnulls(loan_number, item_number, title, author) > 0;
CREATE INDEX message_text ON library.message (kind, sent_at, message_number)
    WHERE text IS NOT NULL AND num_nonnulls(loan_number, item_number, title, author) = 0;
CREATE INDEX patron_gone ON library.patron (gone_on, patron_number) WHERE gone_on IS NOT NULL;
CREATE INDEX registry_access_asked ON sync.registry_access (asked_at);
CREATE INDEX disclosure_at ON sync.disclosure (at, disclosure_id);
CREATE INDEX change_at ON sync.change (at, position);
CREATE INDEX quarantine_closed ON sync.quarantine (closed_on, quarantine_id) WHERE closed_on IS NOT NULL;
CREATE INDEX run_ended ON sync.run (ended_at, run_id) WHERE ended_at IS NOT NULL;


-- What the worker remembers ------------------------------------------------------------------------------------------

-- No key: a number that went twice may stand here twice, and to look for it first would cost as much as the deletion.
CREATE TABLE sync.forgotten (
    kind text NOT NULL CHECK (kind IN ('loan', 'reservation', 'charge', 'payment', 'message')),
    number text NOT NULL,
    day date NOT NULL
);
CREATE INDEX forgotten_number ON sync.forgotten (number, kind);
CREATE INDEX forgotten_day ON sync.forgotten USING brin (day);
COMMENT ON TABLE sync.forgotten IS 'Numbers of rows that were deleted because they were due (of messages: redacted), so that an old extract brings none back; nobody is in it';
COMMENT ON COLUMN sync.forgotten.kind IS 'Of what';
COMMENT ON COLUMN sync.forgotten.number IS 'The library system''s number of it';
COMMENT ON COLUMN sync.forgotten.day IS 'The run''s day on which it went';

CREATE TABLE sync.retention_outcome (
    run_id bigint NOT NULL REFERENCES sync.run ON DELETE CASCADE,
    rule text NOT NULL,
    cut_off date NOT NULL,
    due bigint NOT NULL,
    removed bigint NOT NULL,
    held bigint NOT NULL,
    skipped bigint NOT NULL,
    overdue bigint NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (run_id, rule)
);
COMMENT ON TABLE sync.retention_outcome IS 'What each rule of retention did in each run; numbers alone';
COMMENT ON COLUMN sync.retention_outcome.run_id IS 'The run';
COMMENT ON COLUMN sync.retention_outcome.rule IS 'The rule, as declared in mappers.retention';
COMMENT ON COLUMN sync.retention_outcome.cut_off IS 'The last clock day that was due';
COMMENT ON COLUMN sync.retention_outcome.due IS 'Rows that were due: removed, held or skipped';
COMMENT ON COLUMN sync.retention_outcome.removed IS 'Rows that went; of a dry run: that would go';
COMMENT ON COLUMN sync.retention_outcome.held IS 'Rows that a legal hold keeps';
COMMENT ON COLUMN sync.retention_outcome.skipped IS 'Rows that somebody had locked, or that a brake or an operator kept';
COMMENT ON COLUMN sync.retention_outcome.overdue IS 'Rows that the proof found after it: overdue, and no legal hold keeps them';
COMMENT ON COLUMN sync.retention_outcome.seconds IS 'How long it took';

CREATE TABLE sync.consumer (
    consumer text PRIMARY KEY CHECK (consumer <> ''),
    transaction_id xid8,
    position bigint,
    registered_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz NOT NULL DEFAULT now(),
    dead_on date,
    CHECK ((transaction_id IS NULL) = (position IS NULL))
);
COMMENT ON TABLE sync.consumer IS 'Who reads the change feed, and how far each has come: an event stays until every living one has read it';
COMMENT ON COLUMN sync.consumer.consumer IS 'Name of the consumer';
COMMENT ON COLUMN sync.consumer.transaction_id IS 'Transaction of the last event that it has read; null: none';
COMMENT ON COLUMN sync.consumer.position IS 'Place of the last event that it has read; null: none';
COMMENT ON COLUMN sync.consumer.registered_at IS 'When it registered';
COMMENT ON COLUMN sync.consumer.read_at IS 'When it last read';
COMMENT ON COLUMN sync.consumer.dead_on IS 'The day on which it was declared dead: it had not read for too long, and events it had not read may be gone; null: it lives';
