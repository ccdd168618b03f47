-- Which version of the contract the database keeps.
-- in: nothing   out: the version
SELECT version FROM downstream.contract;
