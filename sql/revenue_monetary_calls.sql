-- Calls with untyped parameters, as drivers send them: every function over monetary
-- is found, and none of them makes a call of the server's own functions ambiguous.
CREATE SCHEMA revenue_monetary_calls;
SET search_path = revenue_monetary_calls, opportunity;

-- The types that parameters of no type are given; NULL when the call is refused.
CREATE FUNCTION parameter_types(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	types text;
BEGIN
	EXECUTE 'PREPARE call AS SELECT ' || expression;
	SELECT array_to_string(parameter_types, ', ') INTO types FROM pg_prepared_statements WHERE name = 'call';
	DEALLOCATE call;
	RETURN types;
EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
	RETURN NULL;
END $$;
SELECT call, parameter_types(call)
  FROM unnest(ARRAY['monetary($1, $2)', 'monetary($1, $2, $3)', '$1::monetary', 'amount($1)', 'currency($1)', 'exchange($1, $2, $3)', 'split($1, $2)',
                    'net_amount($1, $2)', 'net_amount($1, $2, $3, $4)', 'allocate($1, $2)', 'minor_unit($1)',
                    '$1 * ''EUR 1''::monetary', '''EUR 1''::monetary * $1', '''EUR 1''::monetary + $1', '$1 - ''EUR 1''::monetary', '''EUR 1''::monetary < $1', '''EUR 1''::monetary / $1::numeric', '''EUR 1''::monetary / $1']) AS call;

-- Names that the server has too: with the schema in the path and without it, untyped
-- calls are the same.
CREATE TABLE expression AS
SELECT format('%s(%s)', name, array_to_string((ARRAY['$1', '$2', '$3', '$4'])[1:n], ', ')) AS call
  FROM (SELECT DISTINCT p.proname AS name, p.pronargs AS n FROM pg_proc AS p
         WHERE p.pronamespace = 'opportunity'::regnamespace AND EXISTS (SELECT FROM pg_proc AS q WHERE q.pronamespace = 'pg_catalog'::regnamespace AND q.proname = p.proname)) AS f
UNION
SELECT unnest(CASE WHEN oprleft = 0 THEN ARRAY[oprname || ' $1', oprname || ' ''5''']
              ELSE ARRAY['$1 ' || oprname || ' $2', '$1 ' || oprname || ' 5', '5.0 ' || oprname || ' $1', '$1 ' || oprname || ' interval ''1 day''', 'date ''2026-01-01'' ' || oprname || ' $1',
                         '$1 ' || oprname || ' 5::money', '1::smallint ' || oprname || ' $1', '1e0::double precision ' || oprname || ' $1', '$1 ' || oprname || ' ''x''::text'] END)
  FROM pg_operator WHERE oprnamespace = 'opportunity'::regnamespace;
SELECT count(*) > 80 AS many, count(*) FILTER (WHERE call IN ('abs($1)', 'sum($1)', 'avg($1)', 'min($1)', 'max($1)')) AS functions_of_both FROM expression;
CREATE TABLE answer AS SELECT call, parameter_types(call) AS types FROM expression;
SELECT count(types) > 40 AS many_accepted FROM answer;
SET search_path = opportunity, pg_catalog, revenue_monetary_calls;
SELECT call, types AS after_the_server, parameter_types(call) AS before_the_server FROM answer WHERE types IS DISTINCT FROM parameter_types(call) ORDER BY call COLLATE "C";
SET search_path = revenue_monetary_calls;
SELECT call, types AS with_schema, parameter_types(call) AS without FROM answer WHERE types IS DISTINCT FROM parameter_types(call) ORDER BY call COLLATE "C";

SET search_path = revenue_monetary_calls, opportunity;
-- What stands behind operators, casts and aggregates, called by name, is the same.
SELECT monetary_add('EUR 2', 'EUR 1.50') = 'EUR 2'::monetary + 'EUR 1.50' AS add, monetary_subtract('EUR 2', 'EUR 1.50') AS subtract, monetary_negate('EUR 2') AS negate,
    monetary_multiply('EUR 2', 1.5) AS multiply, monetary_multiplied(1.5, 'EUR 2') AS multiplied, monetary_divide('EUR 2', 4) AS divide, monetary_ratio('EUR 3', 'EUR 2')::numeric(4,2) AS ratio,
    monetary_larger('EUR 2', 'EUR 3') AS larger, monetary_smaller('EUR 2', 'EUR 3') AS smaller, monetary_to_json('EUR 2') AS json, monetary_to_jsonb('EUR 2') AS jsonb;
SELECT monetary_add('EUR 2', 'USD 1');

