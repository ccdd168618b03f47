-- Which re-creatable definitions this database holds.
-- in: nothing   out: their digest, null before they were first applied
SELECT definitions FROM sync.instance
