-- Whether the user may read the change feed, and which contract with downstream systems the database keeps.
-- in: nothing   out: version; true or false
SELECT version, has_function_privilege('downstream.list_consumers()', 'EXECUTE') FROM downstream.contract;
