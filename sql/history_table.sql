-- The table that keeps a history: what it may be, and that storing an entry is an INSERT in all but name.
CREATE SCHEMA history_table;
SET search_path = history_table, opportunity;

-- One made by hand: columns in another order, dropped ones, a default, a generated and a checked column, a domain, indexes of every kind.
CREATE FUNCTION no_shouting(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 <> upper($1); END $$;
CREATE DOMAIN source AS text CHECK (value IS NOT NULL);
CREATE TABLE deal (id int PRIMARY KEY, stage text, code varchar(8));
CREATE TABLE deal_history (
    dropped int, new_value text, old_value text, column_name text NOT NULL, event text NOT NULL, deal_id int NOT NULL, also_dropped text,
    changed_by text NOT NULL, changed_at timestamptz NOT NULL, id bigserial PRIMARY KEY,
    size int GENERATED ALWAYS AS (length(new_value)) STORED,
    origin text DEFAULT 'app',
    CONSTRAINT calm CHECK (no_shouting(new_value)),
    CONSTRAINT one_value EXCLUDE USING btree (deal_id WITH =, column_name WITH =, id WITH =));
ALTER TABLE deal_history DROP COLUMN dropped, DROP COLUMN also_dropped;
CREATE INDEX ON deal_history (deal_id, lower(new_value)) WHERE event = 'update';
CREATE UNIQUE INDEX once ON deal_history (deal_id, new_value) WHERE new_value = 'won';
CREATE INDEX ON deal_history USING brin (changed_at);
CREATE INDEX ON deal_history USING hash (new_value);
SELECT attach_history('deal', 'deal_history', 'stage, code');
INSERT INTO deal VALUES (1, 'new', 'a');
UPDATE deal SET stage = 'won', code = 'ab';
SELECT deal_id, event, column_name, old_value, new_value, size, origin FROM deal_history ORDER BY id;
-- Every index has the entries.
BEGIN;
SET LOCAL enable_seqscan = off;
SELECT count(*) FROM deal_history WHERE deal_id = 1 AND lower(new_value) = 'ab' AND event = 'update';
SELECT count(*) FROM deal_history WHERE new_value = 'won';
SELECT count(*) FROM deal_history WHERE changed_at > '2020-01-01';
COMMIT;
-- Its constraints hold, and with them the write.
\set VERBOSITY terse
UPDATE deal SET stage = 'LOUD';
UPDATE deal SET stage = 'again';
UPDATE deal SET stage = 'won';
\set VERBOSITY default
SELECT stage, (SELECT count(*) FROM deal_history) FROM deal;
-- A column of a domain that takes no NULL, and has no default.
ALTER TABLE deal_history ADD COLUMN came_from source DEFAULT 'x';
ALTER TABLE deal_history ALTER came_from DROP DEFAULT;
UPDATE deal SET code = 'abc';
ALTER TABLE deal_history DROP COLUMN came_from;
UPDATE deal SET code = 'abc';
-- A key or a time that would be cut short.
CREATE TABLE named (code varchar(8) PRIMARY KEY, stage text);
CREATE TABLE short (id bigserial, code varchar(4), changed_at timestamptz, changed_by text, event text, column_name text, old_value text, new_value text);
SELECT attach_history('named', 'short', 'stage');
ALTER TABLE short ALTER code TYPE varchar(8), ALTER changed_at TYPE timestamptz(0);
SELECT attach_history('named', 'short', 'stage');
ALTER TABLE short ALTER changed_at TYPE timestamptz;
SELECT attach_history('named', 'short', 'stage');
ALTER TABLE named ALTER code TYPE varchar(20);
INSERT INTO named VALUES ('longer than eight', 'x');
ALTER TABLE short ALTER code TYPE varchar(20);
INSERT INTO named VALUES ('longer than eight', 'x');
SELECT code, new_value FROM short;

-- Triggers on it fire as for any INSERT, by row and by statement, with transition tables.
CREATE TABLE told (id serial, what text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    n text = '';
BEGIN
    IF tg_when = 'AFTER' AND tg_argv[0] = 'count' THEN
        SELECT count(*) INTO n FROM fresh;
    END IF;
    INSERT INTO history_table.told (what) VALUES (concat_ws(' ', tg_when, tg_level, n, CASE WHEN tg_level = 'ROW' THEN new.new_value END));
    RETURN new;
END
$$;
CREATE TRIGGER a BEFORE INSERT ON deal_history FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER b BEFORE INSERT ON deal_history FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER c AFTER INSERT ON deal_history REFERENCING NEW TABLE AS fresh FOR EACH ROW EXECUTE FUNCTION tell('count');
CREATE TRIGGER d AFTER INSERT ON deal_history REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tell('count');
INSERT INTO deal VALUES (2, 'two', 'b');
SELECT what FROM told ORDER BY id;
DROP TRIGGER a ON deal_history;
DROP TRIGGER b ON deal_history;
DROP TRIGGER c ON deal_history;
DROP TRIGGER d ON deal_history;
-- One that keeps an entry out.
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN new.column_name <> 'code' THEN new END; END $$;
CREATE TRIGGER skip BEFORE INSERT ON deal_history FOR EACH ROW EXECUTE FUNCTION skip();
INSERT INTO deal VALUES (3, 'three', 'c');
SELECT column_name FROM deal_history WHERE deal_id = 3;
DROP TRIGGER skip ON deal_history;
-- So totals may be kept of it: how often was a deal changed?
ALTER TABLE deal ADD changes int;
CREATE INDEX ON deal_history (deal_id);
SELECT attach_totals('deal', 'changes', 'deal_history', 'deal_id', '1', lines_where => 'event = ''update''');
UPDATE deal SET stage = 'more', code = 'more';
UPDATE deal SET stage = 'most' WHERE id = 3;
SELECT id, changes FROM deal ORDER BY id;
SELECT * FROM check_totals('deal');
SELECT detach_totals('deal');
-- And a history of a history.
SELECT attach_history('deal_history', 'meta_history', 'column_name');
UPDATE deal SET stage = 'end' WHERE id = 3;
SELECT event, new_value FROM meta_history ORDER BY id DESC LIMIT 1;
SELECT detach_history('deal_history');

-- It is an ordinary table; as a partition of another it takes what belongs there.
CREATE TABLE part (id int PRIMARY KEY, stage text);
CREATE TABLE all_history (id bigint, part_id int NOT NULL, changed_at timestamptz NOT NULL, changed_by text NOT NULL, event text NOT NULL, column_name text NOT NULL, old_value text, new_value text)
    PARTITION BY LIST (column_name);
SELECT attach_history('part', 'all_history', 'stage');
CREATE TABLE stage_history PARTITION OF all_history FOR VALUES IN ('stage');
CREATE SEQUENCE counter;
ALTER TABLE stage_history ALTER id SET DEFAULT nextval('counter');
SELECT attach_history('part', 'stage_history', 'stage');
INSERT INTO part VALUES (1, 'a');
SELECT part_id, new_value FROM all_history;
ALTER TABLE part ADD amount int;
SELECT attach_history('part', 'stage_history', 'stage, amount');
\set VERBOSITY terse
UPDATE part SET amount = 1;
\set VERBOSITY default

-- Values that a setting has an influence on, there and back.
CREATE TABLE setting (id int PRIMARY KEY, price money, kin regclass, tags text[]);
SELECT attach_history('setting', 'setting_history', 'price, kin, tags');
BEGIN;
SET LOCAL quote_all_identifiers = on;
INSERT INTO setting VALUES (1, 12.5::numeric, 'deal', '{a,NULL}');
SET LOCAL array_nulls = off;
SELECT tags[2] IS NULL AS still_null FROM rows_as_of(NULL::setting, clock_timestamp());
COMMIT;
SELECT column_name, new_value FROM setting_history ORDER BY id;

-- A temporary table is written in a transaction that only reads; its history is not, if it stays.
CREATE TEMP TABLE draft (id int PRIMARY KEY, stage text);
CREATE TABLE draft_history (id bigint GENERATED BY DEFAULT AS IDENTITY, draft_id int, changed_at timestamptz, changed_by text, event text, column_name text, old_value text, new_value text);
SELECT attach_history('draft', 'draft_history', 'stage');
BEGIN READ ONLY;
INSERT INTO draft VALUES (1, 'a');
ROLLBACK;
SELECT attach_history('draft', 'own_history', 'stage');
BEGIN READ ONLY;
INSERT INTO draft VALUES (1, 'a');
COMMIT;
SELECT draft_id, new_value FROM own_history;
DROP TABLE draft, own_history;

SET client_min_messages = warning;
DROP SCHEMA history_table CASCADE;
