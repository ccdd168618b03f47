-- The database of the embedded server.
-- in: nothing   out: nothing
CREATE DATABASE patronsync
