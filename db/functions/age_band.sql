-- library.age_band(birth_date, day): in which band of ages somebody is: the set form of mappers.statistics.age_band.
-- in: a date of birth, or null; the day   out: the band; unknown where the birth date is
CREATE OR REPLACE FUNCTION library.age_band(birth_date date, day date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE
    WHEN birth_date IS NULL THEN 'unknown'
    WHEN birth_date > (day - interval '7 years')::date THEN '0-6'
    WHEN birth_date > (day - interval '13 years')::date THEN '7-12'
    WHEN birth_date > (day - interval '18 years')::date THEN '13-17'
    WHEN birth_date > (day - interval '25 years')::date THEN '18-24'
    WHEN birth_date > (day - interval '40 years')::date THEN '25-39'
    WHEN birth_date > (day - interval '65 years')::date THEN '40-64'
    ELSE '65+'
END $$;
COMMENT ON FUNCTION library.age_band(date, date) IS 'In which band of ages somebody is on the day';
