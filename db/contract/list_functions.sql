-- The functions of the contract, as the database itself describes them.
-- in: roles (names)   out: call, returns, meaning, roles that may call it
SELECT proname || '(' || pg_get_function_arguments(function.oid) || ')' AS call,
       pg_get_function_result(function.oid) AS returns, obj_description(function.oid, 'pg_proc') AS meaning,
       ARRAY(SELECT role FROM unnest(%(roles)s::text[]) WITH ORDINALITY AS listed (role, place)
             WHERE to_regrole(role) IS NOT NULL AND has_function_privilege(role, function.oid, 'EXECUTE')
             ORDER BY place) AS roles
FROM pg_proc AS function
WHERE function.pronamespace = 'downstream'::regnamespace
ORDER BY proname;
