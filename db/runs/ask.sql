-- A brake's question to an operator.
-- in: run_id, flow, rule, counts, held   out: approval_id
INSERT INTO sync.approval (run_id, flow, rule, counts, held)
VALUES (%(run_id)s, %(flow)s, %(rule)s, %(counts)s, %(held)s)
RETURNING approval_id;
