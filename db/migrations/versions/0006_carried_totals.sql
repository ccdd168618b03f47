-- What runs counted goes on being counted when their records go, so that a counter of the metrics never goes back.
-- In: a database at 0005.   Out: sync.carried_total, and a trigger on sync.run that keeps it.

CREATE TABLE sync.carried_total (
    name text NOT NULL,
    flow text NOT NULL,
    label text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (name, flow, label)
);
COMMENT ON TABLE sync.carried_total IS 'What runs whose records are deleted had counted, added up; numbers alone';
COMMENT ON COLUMN sync.carried_total.name IS 'What is counted, as sync.run_totals names it';
COMMENT ON COLUMN sync.carried_total.flow IS 'Flow of the runs';
COMMENT ON COLUMN sync.carried_total.label IS 'Which of it: a state, an outcome, a kind, a rule, a class of time; empty: there is no which';
COMMENT ON COLUMN sync.carried_total.value IS 'How much';

CREATE FUNCTION sync.carry_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.carried_total AS carried (name, flow, label, value)
    SELECT name, OLD.flow, label, sum(value) FROM sync.run_totals(OLD) GROUP BY name, label
    ON CONFLICT (name, flow, label) DO UPDATE SET value = carried.value + excluded.value;
    RETURN OLD;
END
$$;
COMMENT ON FUNCTION sync.carry_totals() IS 'Keeps what a run counted before its record goes, and with it those of its batches and rules';
CREATE TRIGGER carry_totals BEFORE DELETE ON sync.run FOR EACH ROW EXECUTE FUNCTION sync.carry_totals();
