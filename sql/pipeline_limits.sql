-- More keys than summarize_pipeline_by takes: an error that names the way out, after
-- about 700 MB (the state grows with its keys, up to a million), all given back.
CREATE SCHEMA pipeline_limits;
SET search_path = pipeline_limits, opportunity;

CREATE FUNCTION refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	state := 'accepted';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT * FROM refusal('SELECT summarize_pipeline_by(i, 1, 50, NULL) FROM generate_series(1, 1000001) AS i');
SET ROLE NONE;
SELECT sum(total_bytes) < 100000000 AS given_back FROM pg_backend_memory_contexts;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA pipeline_limits CASCADE;
