-- The table and its history change while the session knows them.
CREATE SCHEMA history_schema_changes;
SET search_path = history_schema_changes, opportunity;
CREATE TABLE deal (id int PRIMARY KEY, extra int, stage text, amount numeric);
SELECT attach_history('deal', 'deal_history', 'stage, amount');
INSERT INTO deal VALUES (1, 0, 'new', 1.50);

-- Another type, without another length and with one; columns that come and go.
ALTER TABLE deal ALTER amount TYPE float8;
UPDATE deal SET amount = 0.1;
ALTER TABLE deal DROP COLUMN extra, ADD COLUMN late text;
UPDATE deal SET amount = 0.30000000000000004, late = 'x';
CREATE TYPE stage AS ENUM ('new', 'won');
ALTER TABLE deal ALTER stage TYPE stage USING stage::stage;
UPDATE deal SET stage = 'won';
-- The history may have more columns, in which nothing stands but their defaults.
ALTER TABLE deal_history ADD COLUMN note text, ADD COLUMN app text DEFAULT 'app';
ALTER TABLE deal_history DROP COLUMN note;
UPDATE deal SET amount = 2;
SELECT deal_id, column_name, old_value, new_value, app FROM deal_history ORDER BY id;
SELECT * FROM rows_as_of(NULL::deal, clock_timestamp());

-- A watched column, or one of the history, that is gone or has another name or type is an error, not a gap.
\set VERBOSITY terse
BEGIN;
ALTER TABLE deal RENAME stage TO phase;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal DROP COLUMN stage;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal_history RENAME new_value TO newest;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal ALTER id TYPE bigint;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal_history ALTER id DROP IDENTITY;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal_history RENAME TO old_history;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
ALTER TABLE deal RENAME TO opportunity;
UPDATE opportunity SET amount = 3;
ROLLBACK;
BEGIN;
DROP TRIGGER opportunity_history_guard ON deal_history;
UPDATE deal SET amount = 3;
ROLLBACK;
BEGIN;
DROP TABLE deal_history;
UPDATE deal SET amount = 3;
ROLLBACK;
\set VERBOSITY default
UPDATE deal SET amount = 4;
SELECT old_value, new_value FROM deal_history ORDER BY id DESC LIMIT 1;

-- After a rename the history is attached again, and goes on in the same table.
ALTER TABLE deal RENAME TO opportunity;
ALTER TABLE deal_history RENAME TO opportunity_history;
ALTER TABLE opportunity RENAME stage TO phase;
SELECT attach_history('opportunity', 'opportunity_history', 'phase, amount');
ALTER TABLE opportunity_history RENAME deal_id TO opportunity_id;
SELECT attach_history('opportunity', 'opportunity_history', 'phase, amount');
UPDATE opportunity SET phase = 'new';
SELECT opportunity_id, event, column_name, old_value, new_value FROM opportunity_history ORDER BY id DESC LIMIT 3;
SELECT id, phase, amount FROM rows_as_of(NULL::opportunity, clock_timestamp());

-- The table is gone, and its log stays what it is.
DROP TABLE opportunity;
SELECT count(*) > 0 AS kept FROM opportunity_history;
TRUNCATE opportunity_history;
SET client_min_messages = warning;
DROP SCHEMA history_schema_changes CASCADE;
