-- What a replica applies was judged at its source: there triggers rest, unless they are made to fire always.
CREATE SCHEMA process_replica;
SET search_path = process_replica, opportunity;

CREATE TABLE stage (id integer PRIMARY KEY, name text);
INSERT INTO stage VALUES (1, 'a'), (2, 'b'), (3, 'w');
CREATE TABLE deals (id integer PRIMARY KEY, stage integer, outcome text, path stage_path);
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": {"start": "first"}}',
    outcome_column => 'outcome', path_column => 'path', stage_table => 'stage');
INSERT INTO deals VALUES (1), (2);
SET ROLE NONE;
SET session_replication_role = replica;
INSERT INTO deals VALUES (3, 3);
UPDATE deals SET stage = 3, outcome = 'open' WHERE id = 1;
RESET session_replication_role;
RESET ROLE;
SELECT id, stage, outcome, (SELECT array_agg(s.stage) FROM path_steps(path) s) AS path FROM deals ORDER BY id;
-- What came in wrong is found, and set right by the next write.
SELECT key, stage, problem FROM check_process('deals') ORDER BY key;
UPDATE deals SET outcome = NULL WHERE id = 1;
SELECT key, stage, problem FROM check_process('deals') ORDER BY key;

-- Enabled always they fire on a replica, too; without the one on the table of stages its changes would go unnoticed there.
ALTER TABLE deals ENABLE ALWAYS TRIGGER opportunity_judge_stage;
ALTER TABLE deals ENABLE ALWAYS TRIGGER zz_opportunity_derive_stage;
ALTER TABLE stage ENABLE ALWAYS TRIGGER opportunity_process_changed;
SELECT enabled FROM attachments WHERE target = 'deals'::regclass;
SELECT key, problem FROM check_process('deals') WHERE rule = 'wiring';
SET ROLE NONE;
SET session_replication_role = replica;
UPDATE deals SET stage = 3 WHERE id = 2;
UPDATE stage SET id = 20 WHERE id = 2;
UPDATE deals SET stage = 20, outcome = 'won' WHERE id = 2;
RESET session_replication_role;
RESET ROLE;
SELECT id, stage, outcome, (SELECT array_agg(s.stage) FROM path_steps(path) s) AS path FROM deals WHERE id = 2;
