-- Notes which re-creatable definitions were applied.
-- In: their digest. Out: nothing.
UPDATE sync.instance SET definitions = %s
