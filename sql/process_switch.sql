-- A row's process changes: no way around the gates of the new one.
CREATE SCHEMA process_switch;
SET search_path = process_switch, opportunity;

CREATE TABLE processes (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO processes VALUES
    ('strict', '{"stages": [{"name": "qualify", "required": ["budget"]}, {"name": "develop", "required": ["solution"]}, {"name": "propose"},
                            {"name": "won", "outcome": "won", "required": ["actual"]}, {"name": "lost", "outcome": "lost", "required": ["reason"]}],
                 "moves": {"start": "first"}}', true),
    ('small', '{"stages": [{"name": "qualify"}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}', false),
    -- what is an outcome in one process may be an open stage in another, and the other way about
    ('odd', '{"stages": [{"name": "propose"}, {"name": "lost"}, {"name": "signed", "outcome": "won"}, {"name": "won", "outcome": "lost"}]}', false),
    -- the stages of the strict one without its gates, and the strict one under another name
    ('lax', '{"stages": [{"name": "qualify"}, {"name": "develop"}, {"name": "propose"}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}', false),
    ('anywhere', '{"stages": [{"name": "qualify", "required": ["budget"]}, {"name": "develop", "checks": [{"when": "solution <> ''none''"}]}, {"name": "propose"},
                              {"name": "won", "outcome": "won"}]}', false);
INSERT INTO processes SELECT 'twin', definition, false FROM processes WHERE name = 'strict';
CREATE TABLE deals (id integer PRIMARY KEY, process text, stage text, budget numeric, solution text, actual numeric, reason text);
SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process');

-- Puts a row where it is behind the rule's back, and tries one UPDATE.
CREATE FUNCTION attempt(was text, was_at text, then_is text, then_at text, filled boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    x text := CASE WHEN filled THEN '1' END; rule text; detail text; message text; state text;
BEGIN
    ALTER TABLE deals DISABLE TRIGGER USER;
    DELETE FROM deals;
    INSERT INTO deals VALUES (1, was, was_at, x::numeric, x, x::numeric, x);
    ALTER TABLE deals ENABLE TRIGGER USER;
    UPDATE deals SET process = then_is, stage = then_at;
    RETURN 'ok';
EXCEPTION WHEN check_violation OR not_null_violation THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
    RETURN CASE WHEN rule = 'opportunity_stage_gate' THEN replace(regexp_replace(detail, '^Missing: (.*?)\.( Not met.*)?$', '\1\2'), '"', '')
                ELSE replace(rule, 'opportunity_stage_', '') END;
END $$;

-- From one process to another: "nothing" with no required value filled, "all" with all.
SELECT was, was_at, then_is, then_at, attempt(was, was_at, then_is, then_at, false) AS nothing, attempt(was, was_at, then_is, then_at, true) AS "all"
FROM (VALUES
    (1, 'small', 'qualify', 'strict', 'qualify'),   -- an open stage of the same name
    (2, 'small', 'qualify', 'strict', 'develop'),   -- and on from it: a move within the new process
    (3, 'small', 'qualify', 'strict', 'propose'),
    (4, 'small', 'qualify', 'strict', 'won'),
    (5, 'small', 'qualify', 'strict', 'lost'),      -- closed by it: where may it start?
    (6, 'small', 'won', 'strict', 'won'),           -- won before: with all gates
    (7, 'small', 'lost', 'strict', 'lost'),         -- lost before: with what lost requires
    (8, 'small', 'won', 'strict', 'lost'),
    (9, 'small', 'won', 'strict', 'propose'),       -- reopened
    (10, 'odd', 'signed', 'strict', 'qualify'),     -- a stage the new process does not have: an entry
    (11, 'odd', 'signed', 'strict', 'propose'),
    (12, 'odd', 'signed', 'strict', 'won'),
    (13, 'odd', 'signed', 'strict', 'signed'),
    (14, 'odd', 'lost', 'strict', 'lost'),          -- open there, closed here
    (15, 'odd', 'won', 'strict', 'won'),            -- lost there, won here
    (16, 'odd', 'propose', 'strict', 'won'),        -- the last gate alone is not enough
    (17, 'strict', 'propose', 'small', 'won'),      -- a process that starts anywhere
    (18, 'strict', 'qualify', 'small', 'won'),
    (19, 'strict', 'qualify', 'small', 'lost'),
    (20, 'strict', 'propose', 'small', 'propose'),
    (21, 'gone', 'won', 'strict', 'won'),           -- a process that is gone, as after it was renamed
    (22, 'gone', 'lost', 'strict', 'lost'),
    (23, 'gone', 'propose', 'strict', 'won'),
    (24, NULL, 'won', 'strict', 'won'),             -- the default, by name: no change
    (25, 'strict', 'propose', NULL, 'won'),
    (26, 'small', 'won', NULL, 'won'),
    (27, NULL, 'qualify', 'small', 'won'),
    (28, 'lax', 'qualify', 'strict', 'qualify'),    -- in an open stage: what those before it ask for
    (29, 'lax', 'develop', 'strict', 'develop'),
    (30, 'lax', 'propose', 'strict', 'propose'),
    (31, 'lax', 'develop', 'strict', 'propose'),    -- and of the stage it leaves
    (32, 'lax', 'propose', 'strict', 'qualify'),    -- back to where nothing stands before
    (33, 'lax', 'propose', 'strict', 'develop'),
    (34, 'lax', 'propose', 'anywhere', 'propose'),  -- wherever a new row may start, a row that was there is no new one
    (35, 'odd', 'signed', 'anywhere', 'propose'),
    (36, 'lax', 'won', 'anywhere', 'propose'),
    (37, 'gone', 'propose', 'strict', 'propose'),
    (38, 'lax', 'propose', 'strict', 'lost'),
    (39, 'strict', 'propose', 'lax', 'propose'),
    (40, 'twin', 'propose', 'strict', 'propose'),   -- an equal process: as if it stayed
    (41, 'strict', 'qualify', 'twin', 'develop'),
    (42, 'strict', 'propose', 'twin', 'won'),
    (43, 'twin', 'won', 'strict', 'won')
) v (place, was, was_at, then_is, then_at) ORDER BY place;

-- The way around, step by step; what is said of it.
DELETE FROM deals;
INSERT INTO deals (id, process, stage, actual) VALUES (1, 'strict', 'qualify', 5);
UPDATE deals SET process = 'small', stage = 'won';
UPDATE deals SET process = 'strict';
UPDATE deals SET stage = 'qualify';
UPDATE deals SET process = 'strict', stage = 'lost', reason = 'x';
UPDATE deals SET process = 'strict';
UPDATE deals SET stage = 'won';
SELECT id, process, stage FROM deals;
-- The other way around: along the stages of a process without gates, and back.
UPDATE deals SET process = 'lax';
UPDATE deals SET stage = 'develop';
UPDATE deals SET stage = 'propose';
UPDATE deals SET process = 'strict';
UPDATE deals SET process = 'strict', stage = 'lost', reason = 'x';
UPDATE deals SET process = 'anywhere', budget = 1, solution = 'none';
UPDATE deals SET process = 'strict', budget = 1, solution = 'plan';
UPDATE deals SET stage = 'won';
SELECT id, process, stage FROM deals;
-- In another partition, too.
CREATE TABLE parts (LIKE deals) PARTITION BY LIST (process);
CREATE TABLE parts_strict PARTITION OF parts FOR VALUES IN ('strict');
CREATE TABLE parts_small PARTITION OF parts FOR VALUES IN ('small');
SELECT attach_process('parts', 'stage', process_table => 'processes', process_column => 'process');
INSERT INTO parts (id, process, stage, actual) VALUES (1, 'strict', 'qualify', 5);
UPDATE parts SET process = 'small', stage = 'won';
UPDATE parts SET process = 'strict';
UPDATE parts SET process = 'strict', budget = 1, solution = 'x';
CREATE TABLE parts_lax PARTITION OF parts FOR VALUES IN ('lax');
INSERT INTO parts VALUES (2, 'lax', 'propose');
UPDATE parts SET process = 'strict' WHERE id = 2;
SELECT tableoid::regclass, id, stage FROM parts;
