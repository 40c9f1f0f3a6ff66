-- Who may do what: writers need no right on the history, and nobody writes into
-- that of others.
CREATE SCHEMA history_rights;
SET search_path = history_rights, opportunity;
SET ROLE NONE;
CREATE ROLE regress_history_writer;
CREATE ROLE regress_history_thief;
GRANT USAGE ON SCHEMA history_rights TO regress_history_writer, regress_history_thief;
GRANT CREATE ON SCHEMA history_rights TO regress_history_thief;
RESET ROLE;
CREATE SCHEMA history_rights_log;
CREATE TABLE deal (id int PRIMARY KEY, stage text);
SELECT attach_history('deal', 'history_rights_log.deal_history', 'stage');
GRANT SELECT, INSERT, UPDATE, DELETE ON deal TO regress_history_writer;

-- The writer is logged into a table that it can neither read nor write nor even name.
SET ROLE NONE;
SET ROLE regress_history_writer;
INSERT INTO deal VALUES (1, 'new');
UPDATE deal SET stage = 'won';
SELECT * FROM history_rights_log.deal_history;
\set VERBOSITY terse
SELECT * FROM history_as_of('deal', clock_timestamp());
\set VERBOSITY default
SELECT attach_history('deal', 'own_history', 'stage');
SELECT detach_history('deal');
RESET ROLE;
SELECT deal_id, changed_by, event, new_value FROM history_rights_log.deal_history ORDER BY id;

-- Row security on the history hides nothing from the log itself.
ALTER TABLE history_rights_log.deal_history ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA history_rights_log TO regress_history_writer;
GRANT SELECT, INSERT, DELETE ON history_rights_log.deal_history TO regress_history_writer;
SET ROLE NONE;
SET ROLE regress_history_writer;
UPDATE deal SET stage = 'lost';
SELECT count(*) FROM history_rights_log.deal_history;
DELETE FROM history_rights_log.deal_history;
INSERT INTO history_rights_log.deal_history (deal_id, changed_at, changed_by, event, column_name) VALUES (1, now(), 'somebody', 'insert', 'stage');
RESET ROLE;
ALTER TABLE history_rights_log.deal_history DISABLE ROW LEVEL SECURITY;
SELECT count(*) FROM history_rights_log.deal_history;
-- Rows that row security hides are not left out of the first entries in silence.
CREATE TABLE hidden (id int PRIMARY KEY, stage text);
INSERT INTO hidden VALUES (1, 'x');
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
\set VERBOSITY terse
SELECT attach_history('hidden', 'hidden_history', 'stage');
\set VERBOSITY default

-- A trigger on a table of one's own forges nothing in the history of another.
SET ROLE NONE;
SET ROLE regress_history_thief;
CREATE TABLE own (id int PRIMARY KEY, stage text);
CREATE TRIGGER forge AFTER INSERT ON own REFERENCING NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION log_changes('history_rights.own', 'history_rights_log.deal_history', 'stage', 'id', 'deal_id');
INSERT INTO own VALUES (1, 'forged');
CREATE OR REPLACE TRIGGER forge AFTER INSERT ON own REFERENCING NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION log_changes('history_rights.deal', 'history_rights_log.deal_history', 'stage', 'id', 'deal_id');
INSERT INTO own VALUES (1, 'forged');
-- Nor does a trigger of another form do harm.
CREATE OR REPLACE TRIGGER forge AFTER INSERT ON own FOR EACH STATEMENT
    EXECUTE FUNCTION log_changes('history_rights.deal', 'history_rights_log.deal_history', 'stage', 'id', 'deal_id');
INSERT INTO own VALUES (1, 'forged');
CREATE OR REPLACE TRIGGER forge BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION log_changes();
INSERT INTO own VALUES (1, 'forged');
DROP TRIGGER forge ON own;
-- And no history is kept in a table of others.
SELECT attach_history('own', 'history_rights_log.deal_history', 'stage');
RESET ROLE;

-- Triggers and defaults of the history run as its owner.
ALTER TABLE history_rights_log.deal_history ADD COLUMN app text DEFAULT current_user, ADD COLUMN seen_by text;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.seen_by = current_user; RETURN new; END $$;
CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO history_rights_log.counted VALUES (new.column_name, current_user); RETURN NULL; END $$;
CREATE TABLE history_rights_log.counted (what text, who text);
CREATE TRIGGER note BEFORE INSERT ON history_rights_log.deal_history FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER count_up AFTER INSERT ON history_rights_log.deal_history FOR EACH ROW EXECUTE FUNCTION count_up();
SET ROLE NONE;
SET ROLE regress_history_writer;
UPDATE deal SET stage = 'again';
SELECT current_user;
RESET ROLE;
SELECT changed_by, new_value, app, seen_by FROM history_rights_log.deal_history ORDER BY id DESC LIMIT 1;
SELECT * FROM history_rights_log.counted;

-- Nor does the writer's path lead the owner's code astray, in a trigger, before or after, a default or a check.
CREATE FUNCTION plain_code(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN length($1) > 0; END $$;
ALTER TABLE history_rights_log.deal_history ADD CONSTRAINT not_empty CHECK (history_rights.plain_code(new_value));
CREATE OR REPLACE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO history_rights_log.counted VALUES (lower(new.column_name), current_user); RETURN NULL; END $$;
SET ROLE NONE;
CREATE SCHEMA history_rights_evil AUTHORIZATION regress_history_writer;
SET ROLE regress_history_writer;
GRANT USAGE ON SCHEMA history_rights_evil TO PUBLIC;
CREATE FUNCTION history_rights_evil.say(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'evil % as %', $1, current_user; END $$;
CREATE FUNCTION history_rights_evil.length(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM history_rights_evil.say('length'); RETURN 1; END $$;
CREATE FUNCTION history_rights_evil.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM history_rights_evil.say('lower'); RETURN 'x'; END $$;
SET search_path = history_rights_evil, pg_catalog, history_rights;
UPDATE deal SET stage = 'hijacked';
SHOW search_path;
SET search_path = history_rights, opportunity;
RESET ROLE;
SELECT * FROM history_rights_log.counted;

-- Who may make triggers on a table cannot make its log say what did not happen.
GRANT TRIGGER, SELECT, INSERT, UPDATE ON deal TO regress_history_thief;
ALTER TABLE deal ADD other int;
SET ROLE NONE;
SET ROLE regress_history_thief;
CREATE TRIGGER twist AFTER UPDATE ON deal REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION log_changes('history_rights.deal', 'history_rights_log.deal_history', 'stage', 'other', 'deal_id');
UPDATE deal SET other = 99, stage = 'of another deal';
RESET ROLE;
DROP TRIGGER twist ON deal;

-- When the table is gone, another of its name does not take its place.
DROP TABLE deal;
SET ROLE NONE;
SET ROLE regress_history_thief;
CREATE TABLE deal (id int PRIMARY KEY, stage text);
CREATE TRIGGER forge AFTER INSERT ON deal REFERENCING NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION log_changes('history_rights.deal', 'history_rights_log.deal_history', 'stage', 'id', 'deal_id');
INSERT INTO deal VALUES (1, 'forged');
RESET ROLE;
-- One whose owner may write to the log does.
GRANT USAGE ON SCHEMA history_rights_log TO regress_history_thief;
GRANT INSERT ON history_rights_log.deal_history TO regress_history_thief;
SET ROLE NONE;
SET ROLE regress_history_thief;
INSERT INTO deal VALUES (1, 'allowed');
RESET ROLE;
REVOKE INSERT ON history_rights_log.deal_history FROM regress_history_thief;
SET ROLE NONE;
SET ROLE regress_history_thief;
INSERT INTO deal VALUES (2, 'forbidden');
RESET ROLE;

-- Arguments of a trigger that somebody else has made do not become part of a query.
SET ROLE NONE;
SET ROLE regress_history_thief;
CREATE FUNCTION trap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'trapped %', current_user; RETURN 1; END $$;
CREATE TABLE trap (id int PRIMARY KEY, stage text);
CREATE TRIGGER trap AFTER INSERT ON trap REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION
    log_changes('history_rights.trap', '(SELECT trap_id, $$insert$$::text AS event, $$stage$$::text AS column_name, NULL::text AS new_value, 1 AS id, now() AS changed_at FROM history_rights.trap() AS trap_id)', 'stage', 'id', 'trap_id');
RESET ROLE;
\set VERBOSITY terse
SELECT * FROM history_as_of('trap', clock_timestamp());
SELECT * FROM rows_as_of(NULL::trap, clock_timestamp());
\set VERBOSITY default

SET client_min_messages = warning;
SET ROLE NONE;
DROP OWNED BY regress_history_writer, regress_history_thief;
DROP ROLE regress_history_writer, regress_history_thief;
DROP SCHEMA history_rights, history_rights_log CASCADE;
