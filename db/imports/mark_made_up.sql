-- Says that this database holds made-up patrons: none but a loopback registry may ever be asked about them.
-- In: nothing. Out: nothing.
UPDATE sync.instance SET made_up = true WHERE NOT made_up;
