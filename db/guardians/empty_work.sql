-- Makes room for the next batch within one transaction (a dry run); else the tables are emptied at commit.
-- in: nothing   out: nothing
TRUNCATE staged_guardian, staged_guardian_check, enlisted_child, wanted_link, wanted_case;
