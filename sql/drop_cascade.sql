-- What DROP EXTENSION opportunity CASCADE takes with it, by an application that
-- uses the extension in every way. README.md carries the table printed here.
CREATE SCHEMA drop_cascade;
SET search_path = drop_cascade, opportunity;

CREATE TABLE deals (id int PRIMARY KEY, stage text, amount numeric(12,2), won boolean);
CREATE TABLE items (deal_id int NOT NULL REFERENCES deals, quantity numeric, price numeric,
    net numeric GENERATED ALWAYS AS (opportunity.net_amount(quantity, price)) STORED,
    list_net numeric DEFAULT opportunity.net_amount(1, 10),
    CONSTRAINT positive CHECK (opportunity.net_amount(quantity, price) >= 0));
CREATE INDEX items_net ON items (opportunity.net_amount(quantity, price));
CREATE TABLE snapshots (day date, summary pipeline_summary);
CREATE TABLE processes (name text, definition sales_process);
CREATE TABLE prices (price monetary('EUR') CONSTRAINT prices_key PRIMARY KEY, breaks quantity_breaks, path stage_path);
CREATE VIEW by_stage AS SELECT stage, opportunity.summarize_pipeline(amount, 50::float8, won) AS summary FROM deals GROUP BY stage;
CREATE MATERIALIZED VIEW totals AS SELECT deal_id, opportunity.revenue(quantity, price) AS total FROM items GROUP BY deal_id;
CREATE FUNCTION parsed() RETURNS numeric LANGUAGE sql RETURN opportunity.line_amount(2, 3);
CREATE FUNCTION quoted() RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN opportunity.line_amount(2, 3); END $$;
CREATE FUNCTION takes_type(p opportunity.sales_process) RETURNS text LANGUAGE sql AS $$ SELECT p::text $$;
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'opportunity.net_amount(quantity, price)');
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "open"}, {"name": "won", "outcome": "won"}]}');
INSERT INTO deals VALUES (1, 'open', NULL, NULL);
INSERT INTO items VALUES (1, 2, 10);
INSERT INTO prices VALUES ('EUR 5', '[10,):5%', NULL);
INSERT INTO snapshots SELECT '2026-11-01', summary FROM by_stage;
SELECT create_workspace('drop_cascade_crm', 'EUR');

-- Plainly dropped, it refuses and says what depends on it.
DO $$
DECLARE state text; message text;
BEGIN
    DROP EXTENSION opportunity;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RAISE NOTICE '% %', state, message;
END
$$;

-- Each thing of the application's and how to see whether it is still there.
CREATE TEMP TABLE thing (place int GENERATED ALWAYS AS IDENTITY, thing text, probe text, before boolean, after boolean);
INSERT INTO thing (thing, probe) VALUES
    ('your tables and their rows', $$EXISTS (SELECT FROM drop_cascade.deals) AND EXISTS (SELECT FROM drop_cascade.items)$$),
    ('totals, as last computed', $$(SELECT amount FROM drop_cascade.deals) = 20$$),
    ('triggers of attach_totals and attach_process', $$EXISTS (SELECT FROM pg_trigger WHERE tgrelid IN ('drop_cascade.deals'::regclass, 'drop_cascade.items'::regclass) AND NOT tgisinternal)$$),
    ('columns of the types pipeline_summary and sales_process, with their data', $$EXISTS (SELECT FROM pg_attribute WHERE attrelid IN ('drop_cascade.snapshots'::regclass, 'drop_cascade.processes'::regclass) AND attname IN ('summary', 'definition') AND NOT attisdropped)$$),
    ('columns of the types monetary, quantity_breaks and stage_path, with their data', $$EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'drop_cascade.prices'::regclass AND attname IN ('price', 'breaks', 'path') AND NOT attisdropped)$$),
    ('primary keys and indexes on columns of its types', $$to_regclass('drop_cascade.prices_key') IS NOT NULL$$),
    ('generated columns that call its functions, with their data', $$EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'drop_cascade.items'::regclass AND attname = 'net' AND NOT attisdropped)$$),
    ('columns whose default calls its functions', $$EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'drop_cascade.items'::regclass AND attname = 'list_net' AND NOT attisdropped)$$),
    ('such defaults', $$EXISTS (SELECT FROM pg_attrdef d JOIN pg_attribute a ON (a.attrelid, a.attnum) = (d.adrelid, d.adnum) WHERE d.adrelid = 'drop_cascade.items'::regclass AND a.attname = 'list_net')$$),
    ('CHECK constraints that call its functions', $$EXISTS (SELECT FROM pg_constraint WHERE conname = 'positive' AND conrelid = 'drop_cascade.items'::regclass)$$),
    ('indexes on its functions', $$to_regclass('drop_cascade.items_net') IS NOT NULL$$),
    ('views that call its functions', $$to_regclass('drop_cascade.by_stage') IS NOT NULL$$),
    ('materialized views that call its functions, with their data', $$to_regclass('drop_cascade.totals') IS NOT NULL$$),
    ('functions that take or return its types', $$EXISTS (SELECT FROM pg_proc WHERE proname = 'takes_type' AND pronamespace = 'drop_cascade'::regnamespace)$$),
    ('SQL functions with parsed bodies (RETURN, BEGIN ATOMIC) that call its functions', $$to_regprocedure('drop_cascade.parsed()') IS NOT NULL$$),
    ('functions with quoted bodies that call its functions (they fail when called)', $$to_regprocedure('drop_cascade.quoted()') IS NOT NULL$$),
    ('tables of a workspace and their rows', $$EXISTS (SELECT FROM pg_class WHERE relkind = 'r' AND relname = 'opportunity' AND relnamespace = 'drop_cascade_crm'::regnamespace)$$),
    ('gates and totals of a workspace', $$EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.pronamespace = to_regnamespace('opportunity') AND t.tgrelid = 'drop_cascade_crm.opportunity'::regclass)$$),
    ('the view pipeline of a workspace', $$to_regclass('drop_cascade_crm.pipeline') IS NOT NULL$$);
CREATE FUNCTION pg_temp.probe(probe text) RETURNS boolean LANGUAGE plpgsql AS
$$
DECLARE there boolean;
BEGIN
    EXECUTE 'SELECT ' || probe INTO there;
    RETURN there;
END
$$;

BEGIN;
UPDATE thing SET before = pg_temp.probe(probe);
SET LOCAL client_min_messages = warning;
DROP EXTENSION opportunity CASCADE;
UPDATE thing SET after = pg_temp.probe(probe);
-- All of it was there before.
SELECT thing AS missing_before FROM thing WHERE before IS NOT TRUE ORDER BY place;
\pset tuples_only on
\pset format unaligned
SELECT E'| What | DROP EXTENSION opportunity CASCADE |\n| --- | --- |'
UNION ALL
(SELECT format('| %s | %s |', thing, CASE WHEN after THEN 'keeps' ELSE 'drops' END) FROM thing ORDER BY place);
\pset format aligned
\pset tuples_only off
ROLLBACK;

-- And nothing of it went.
SELECT thing AS missing_after_rollback FROM thing WHERE pg_temp.probe(probe) IS NOT TRUE ORDER BY place;
SET client_min_messages = warning;
DROP SCHEMA drop_cascade, drop_cascade_crm CASCADE;
