-- Notes which re-creatable definitions were applied.
-- in: their digest   out: nothing
UPDATE sync.instance SET definitions = %s
