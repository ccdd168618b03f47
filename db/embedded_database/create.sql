-- The database of the embedded server.
-- In: nothing. Out: nothing.
CREATE DATABASE patronsync
