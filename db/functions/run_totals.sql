-- sync.run_totals(run): what a run's record has to be counted; of a dry run its look-ups alone, which were made all the same, and
-- of a night not what its steps' records have (those are the runs that have counts of steps).
-- in: the run   out: name, label (empty: there is no which), value; what changes until a run has ended is there from its end on
CREATE OR REPLACE FUNCTION sync.run_totals(run sync.run) RETURNS TABLE (name text, label text, value double precision)
LANGUAGE sql STABLE
AS $$
    SELECT 'look_ups', outcome.key, outcome.value::double precision
    FROM jsonb_each_text(run.counts #> '{answers,outcomes}') AS outcome
    UNION ALL
    SELECT 'look_up_classes', class.key, class.value::double precision
    FROM jsonb_each_text(run.counts #> '{answers,classes}') AS class
    UNION ALL
    SELECT 'look_up_seconds', '', (run.counts #>> '{answers,seconds}')::double precision
    WHERE run.counts ? 'answers'
    UNION ALL
    SELECT 'changes', change.key, change.value::double precision
    FROM jsonb_each_text(run.changes) AS change WHERE NOT run.dry_run AND NOT run.counts ? 'steps'
    UNION ALL
    SELECT 'removed', outcome.rule, outcome.removed
    FROM sync.retention_outcome AS outcome WHERE outcome.run_id = run.run_id AND NOT run.dry_run
    UNION ALL
    SELECT 'batch_seconds', '', batch.seconds
    FROM sync.batch AS batch WHERE batch.run_id = run.run_id AND NOT run.dry_run AND batch.seconds IS NOT NULL
    UNION ALL
    SELECT 'batch_classes', coalesce((
               SELECT min(bound) FROM unnest('{0.1,0.25,0.5,1,2.5,5,10,30,60,300}'::double precision[]) AS bound
               WHERE batch.seconds <= bound)::text, '+Inf'), 1
    FROM sync.batch AS batch WHERE batch.run_id = run.run_id AND NOT run.dry_run AND batch.seconds IS NOT NULL
    UNION ALL
    SELECT 'outcomes', outcome.key, outcome.value::double precision
    FROM jsonb_each_text(run.outcomes) AS outcome WHERE NOT run.dry_run AND run.state NOT IN ('running', 'waiting')
    UNION ALL
    SELECT 'runs', run.state, 1 WHERE NOT run.dry_run AND run.state NOT IN ('running', 'waiting')
    UNION ALL
    SELECT 'run_seconds', '', extract(epoch FROM run.ended_at - run.started_at)
    WHERE NOT run.dry_run AND run.state NOT IN ('running', 'waiting') AND run.ended_at IS NOT NULL
$$;
COMMENT ON FUNCTION sync.run_totals(sync.run) IS 'What a run''s record has to be counted, for the metrics';
