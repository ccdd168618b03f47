-- library.comes_of_age(birth_date): the 18th birthday: the set form of mappers.coming_of_age.comes_of_age.
-- in: a date of birth, or null   out: the day; who was born on 29 February: 1 March of a common year
CREATE OR REPLACE FUNCTION library.comes_of_age(birth_date date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (birth_date + interval '18 years')::date
    + CASE WHEN extract(day FROM birth_date) <> extract(day FROM birth_date + interval '18 years') THEN 1 ELSE 0 END $$;
COMMENT ON FUNCTION library.comes_of_age(date) IS 'The 18th birthday';
