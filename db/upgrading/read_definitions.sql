-- Which re-creatable definitions this database holds.
-- In: nothing. Out: their digest, null before they were first applied.
SELECT definitions FROM sync.instance
