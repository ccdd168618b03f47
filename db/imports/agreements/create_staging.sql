-- Where a file of agreements is put. Temporary: seen by this session alone.
-- import_agreement: the file's lines as they are, a column that the file lacks being null.
-- import_terms: the agreements that they are.
-- In: nothing. Out: two empty tables.
DROP TABLE IF EXISTS import_agreement, import_terms;
CREATE TEMPORARY TABLE import_agreement (
    line integer NOT NULL, service text, municipality_code text, valid_from text, valid_to text, min_age text, max_age text,
    excluded_groups text, grace_days text
);
CREATE TEMPORARY TABLE import_terms (
    service text NOT NULL, municipality_code text NOT NULL, valid_from date NOT NULL, valid_to date, min_age integer,
    max_age integer, excluded_groups text[] NOT NULL, grace_days integer NOT NULL
);
