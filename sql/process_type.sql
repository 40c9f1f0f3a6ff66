-- The type sales_process: its canonical form, casts, equality, binary form, rows.
CREATE SCHEMA process_type;
SET search_path = process_type, opportunity;

-- Keys come in any order; defaults are left out; numbers lose trailing zeros.
SELECT '{"moves": {"start": "any", "skip": false, "back": true, "reopen": true},
         "stages": [{"probability": 10.500, "name": "qualify", "label": "qualify"},
                    {"required": ["amount", "Odd \"column\""], "rotting_days": 7, "name": "propose", "label": "Pro\u0070osal"},
                    {"name": "won", "outcome": "won", "probability": 100, "forecast_category": "won"},
                    {"name": "lost", "outcome": "lost", "probability": 0.0}]}'::sales_process;

-- Each rule of movement is written when it differs from its default.
SELECT m, ('{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": ' || m || '}')::sales_process
FROM unnest(ARRAY['{}', '{"skip": true}', '{"back": false, "reopen": false}', '{"start": "first"}', '{"start": ["a"]}',
                  '{"start": ["w", "a"]}', '{"start": ["w", "b", "a"]}', '{"start": ["b", "b"]}']) m;

-- The canonical form reads as the same value, and so do jsonb and the binary form.
CREATE TABLE kept (id integer PRIMARY KEY, process sales_process);
INSERT INTO kept VALUES
    (1, '{"stages": [{"name": "a", "probability": 0.000001, "required": ["x"]}, {"name": "w", "outcome": "won", "forecast_category": "booked"}]}'),
    (2, '{"stages": [{"name": "a", "label": "É \" \\ /", "forecast_category": "best case", "rotting_days": 36500},
                     {"name": "w", "outcome": "won"}, {"name": "l", "outcome": "lost", "required": ["why", "who"]}],
          "moves": {"skip": true, "start": "first"}}'),
    (3, '{"branches": [{"to": "w", "from": "b", "when": "x < 1"}, {"from": "a", "to": "c", "when": "note ~ ''\\d'' OR \"Odd\" = '':'' "}, {"to": "w", "from": "a"}],
          "stages": [{"name": "a", "checks": [{"message": "More, please", "when": "x > 0"}, {"when": "true"}], "required": ["x"]}, {"name": "b", "checks": []},
                     {"name": "c"}, {"name": "w", "outcome": "won", "checks": [{"when": "x IS NULL"}]}]}');
-- Branches stand in the order of the stages they leave, and of one stage in their own.
SELECT process FROM kept WHERE id = 3;
SELECT id, process = process::text::sales_process AS by_text,
       process = process::jsonb::sales_process AS by_jsonb,
       process::jsonb = process::text::jsonb AS same_jsonb,
       process::text = process::text::sales_process::text AS stable,
       substr(sales_process_send(process), 1, 1) AS version,
       convert_from(substr(sales_process_send(process), 2), 'UTF8') = process::text AS binary_is_text
FROM kept;
SELECT a.id, b.id, a.process = b.process AS eq, a.process <> b.process AS ne, a.process IS DISTINCT FROM b.process AS is_distinct
FROM kept a, kept b ORDER BY 1, 2;

-- Rows for joins: what a stage leaves out has its natural value.
SELECT k.id, s.* FROM kept k, stages(k.process) s ORDER BY id, stage_order;
SELECT count(*) FROM stages(NULL);
SELECT NULL::jsonb::sales_process IS NULL AS null_jsonb, (NULL::sales_process)::jsonb IS NULL AS null_process;

-- The most there can be: 1000 stages, and a value large enough to be toasted.
CREATE TABLE large AS
SELECT ('{"stages": [' || string_agg(format('{"name": "stage %s", "required": ["%s"]}', i, md5(i::text)), ', ') ||
        ', {"name": "won", "outcome": "won"}]}')::sales_process AS process
FROM generate_series(1, 999) i;
SELECT count(*), min(stage_order), max(stage_order), count(DISTINCT stage) FROM large, stages(process);
SELECT process = process::text::sales_process AS same FROM large;
CREATE TABLE larger AS
SELECT ('{"stages": [' || string_agg(format('{"name": "stage %1$s", "checks": [{"when": "x <> %1$s", "message": "not %1$s"}]}', i), ', ' ORDER BY i) ||
        ', {"name": "won", "outcome": "won"}], "branches": [' ||
        string_agg(format('{"from": "stage %s", "to": "won", "when": "x = %1$s"}', i), ', ' ORDER BY i DESC) || ']}')::sales_process AS process
FROM generate_series(1, 999) i;
SELECT process = process::text::sales_process AS same, process = (process::jsonb)::sales_process AS by_jsonb, length(process::text) FROM larger;

-- A stored value of a layout that this version does not know.
SET ROLE NONE;
CREATE CAST (bytea AS sales_process) WITHOUT FUNCTION;
SELECT ('\x01'::bytea || decode(repeat('00', 400), 'hex'))::sales_process;
SELECT '\x02'::bytea::sales_process;
DROP CAST (bytea AS sales_process);
RESET ROLE;
