-- Marks the database as one that holds made-up people: none but a loopback registry is ever asked about them.
-- in: nothing   out: nothing
UPDATE sync.instance SET made_up = true WHERE NOT made_up;
