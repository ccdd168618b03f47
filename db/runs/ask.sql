-- A brake's question to an operator; asked twice it is one question.
-- in: run_id, flow, rule, counts, held   out: approval_id
INSERT INTO sync.approval (run_id, flow, rule, counts, held)
VALUES (%(run_id)s, %(flow)s, %(rule)s, %(counts)s, %(held)s)
ON CONFLICT (run_id, rule) WHERE word IS NULL DO UPDATE SET counts = excluded.counts, held = excluded.held
RETURNING approval_id;
