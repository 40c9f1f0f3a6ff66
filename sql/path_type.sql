-- stage_path: its forms, what they refuse, equality.
CREATE SCHEMA path_type;
SET search_path = path_type, opportunity;

-- Any offset and a blank for the T are read; UTC is written, whatever the session has set.
SET datestyle = 'German, DMY';
SET timezone = 'America/New_York';
SELECT '[{"stage": "qualify", "entered": "2026-01-05T10:00:00Z"}, {"entered": "2026-01-06 12:00:00.250+02:00", "stage": "develop"}]'::stage_path;
SELECT '[{"stage":"a","entered":"2026-02-03T04:05-00:30"},{"stage":"b","entered":"2026-02-03T23:59:60+00"}]'::stage_path;
RESET datestyle;
RESET timezone;
-- Names of any kind; a stage that follows itself is one step.
SELECT '[{"stage": "it''s \"so\" \\ > @ ,]", "entered": "2026-01-05T10:00:00Z"}, {"stage": "Größe\n2", "entered": "2026-01-05T10:00:00Z"}, {"stage": "Größe\n2", "entered": "2026-01-07T10:00:00Z"}]'::stage_path;
SELECT '[]'::stage_path, ' [ ] '::stage_path = '[]'::stage_path AS equal;
-- The ends of the calendar.
SELECT '[{"stage": "a", "entered": "4713-01-01T00:00:00+00:00 BC"}, {"stage": "b", "entered": "294276-12-31T23:59:59.999999+00:00"}]'::stage_path::text::stage_path;

-- What is no path.
CREATE FUNCTION refused(literal text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    state text; message text; detail text;
BEGIN
    RETURN literal::stage_path::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', state, message, detail);
END
$$;
SELECT refused(v) FROM unnest(ARRAY[
    '', '{}', '1', '"a"', '[1]', '[[]]', '[{}]',
    '[{"stage": "a"}]',
    '[{"stage": "a", "entered": "2026-01-05T10:00:00Z", "by": 1}]',
    '[{"stage": 1, "entered": "2026-01-05T10:00:00Z"}]',
    '[{"stage": "", "entered": "2026-01-05T10:00:00Z"}]',
    '[{"stage": "a", "entered": 5}]',
    '[{"stage": "b", "entered": "2026-01-05T10:00:00Z"}, {"stage": "a", "entered": "2026-01-05T09:00:00Z"}]']) v;
SELECT v, refused(format('[{"stage": "a", "entered": "%s"}]', v)) FROM unnest(ARRAY[
    'now', 'infinity', '2026-01-05', '2026-01-05T10:00:00', '26-01-05T10:00:00Z', '05.01.2026 10:00:00Z', '2026-01-05T10:00:00 UTC',
    '2026-01-05T10:00:00.1234567Z', '2026-13-05T10:00:00Z', '2026-01-05T10:00:00+99', '300000-01-05T10:00:00Z', '2026-01-05T10:00:00+01:00:00']) v;
SELECT refused(format('[{"stage": "%s", "entered": "2026-01-05T10:00:00Z"}]', repeat('x', 255))) LIKE '[{"stage": "xxx%' AS longest;
SELECT refused(format('[{"stage": "%s", "entered": "2026-01-05T10:00:00Z"}]', repeat('x', 256)));
SELECT refused((SELECT json_agg(json_build_object('stage', i % 2, 'entered', '2026-01-05T10:00:00Z'))::text FROM generate_series(1, 4097) i));

-- jsonb, both ways.
SELECT jsonb '[{"entered": "2026-01-05T10:00:00Z", "stage": "a"}]'::stage_path;
SELECT step ->> 'stage' AS stage FROM jsonb_array_elements('[{"stage": "a", "entered": "2026-01-05T10:00:00Z"}]'::stage_path::jsonb) step;

-- Equality, grouping, hashing; text and binary forms keep what is there.
CREATE TABLE deal (id int, path stage_path);
INSERT INTO deal SELECT i, (SELECT collect_path('stage ' || s % (1 + i % 4), timestamptz '2026-01-01' + s * interval '1 hour 1 microsecond') FROM generate_series(1, i % 6) s)
FROM generate_series(1, 100) i;
SELECT count(*), count(DISTINCT path::text) AS texts, (SELECT count(*) FROM (SELECT path FROM deal GROUP BY path) g WHERE path IS NOT NULL) AS groups FROM deal;
SELECT count(*) FROM deal a JOIN deal b USING (path);
SELECT count(*) FROM deal a JOIN deal b ON a.path::text = b.path::text;
SELECT count(*) AS changed FROM deal WHERE path::text::stage_path <> path OR NOT path::text::stage_path = path;
SELECT encode(stage_path_send('[{"stage": "qualify", "entered": "2000-01-01T00:00:01Z"}]'), 'hex');
CREATE TABLE parted (path stage_path) PARTITION BY HASH (path);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT path FROM deal;
SELECT count(*) FROM parted;

-- The casts' functions by name.
SELECT stage_path_from_jsonb(stage_path_to_jsonb(path)) = path AS back FROM (VALUES ('[{"stage": "qualify", "entered": "2026-01-01T00:00:00Z"}]'::stage_path)) AS p (path);

DROP SCHEMA path_type CASCADE;
