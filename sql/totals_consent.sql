-- Whose code runs as whom: a trigger's arguments, which the TRIGGER privilege on
-- any table lets one write, make no table's owner run what is not his.
SET ROLE NONE;
CREATE ROLE regress_victim;
CREATE ROLE regress_eve;
SELECT format('GRANT CREATE, TEMPORARY ON DATABASE %I TO regress_victim, regress_eve', current_database()) \gexec
SET ROLE regress_victim;
CREATE SCHEMA totals_victim;
CREATE TABLE totals_victim.secrets (deal_id oid, price numeric);
CREATE INDEX ON totals_victim.secrets (deal_id);
INSERT INTO totals_victim.secrets VALUES (10, 42);
GRANT USAGE ON SCHEMA totals_victim TO regress_eve;

SET ROLE regress_eve;
CREATE SCHEMA totals_eve;
GRANT USAGE ON SCHEMA totals_eve TO PUBLIC;
SET search_path = totals_eve;
\set VERBOSITY terse
CREATE FUNCTION evil(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'running as %', current_user; RETURN true; END $$;
CREATE DOMAIN dom AS text CHECK (totals_eve.evil(value));
CREATE TABLE p (id oid PRIMARY KEY, total numeric);
GRANT TRIGGER ON p TO regress_victim;

-- A guard of one's own that names others' lines, which bear no trigger of ours
CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION opportunity.guard_totals('totals_eve.p', 'total',
	'totals_victim.secrets', 'deal_id', 'price', '', 'keep', 'refuse', 'id');
INSERT INTO p VALUES (10, 0);
DROP TRIGGER g ON p;
CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION opportunity.guard_totals('totals_eve.p', 'total',
	'pg_catalog.pg_authid', 'oid', 'length((''{x}''::totals_eve.dom[])[1])', '', 'keep', 'refuse', 'id');
INSERT INTO p VALUES (10, 0);
SELECT opportunity.attach_totals('p', 'total', 'pg_authid', 'oid', '1');
DROP TRIGGER g ON p;

-- With the TRIGGER privilege both triggers can be made, whose code must be the owner's all the same
SET ROLE regress_victim;
GRANT TRIGGER ON totals_victim.secrets TO regress_eve;
SET ROLE regress_eve;
CREATE FUNCTION pg_temp.evil(text) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'running as %', current_user; RETURN 1; END $$;
CREATE FUNCTION length(dom[]) RETURNS integer IMMUTABLE LANGUAGE sql RETURN 1;
CREATE TYPE pair AS (a text, b dom);
CREATE FUNCTION different(numeric, numeric) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'running as %', current_user; RETURN true; END $$;
CREATE OPERATOR === (FUNCTION = pg_catalog.numeric_eq, LEFTARG = numeric, RIGHTARG = numeric);
CREATE OPERATOR !=== (FUNCTION = different, LEFTARG = numeric, RIGHTARG = numeric, NEGATOR = ===);
CREATE TYPE pg_temp.own AS ENUM ('x');
CREATE FUNCTION attempt(amounts text, lines_where text DEFAULT '') RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	arguments text := format('(%L, %L, %L, %L, %L, %L, %L, %L, %L)', 'totals_eve.p', 'total',
		'totals_victim.secrets', 'deal_id', amounts, lines_where, 'keep', 'refuse', 'id');
BEGIN
	EXECUTE 'CREATE OR REPLACE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION opportunity.guard_totals' || arguments;
	EXECUTE 'CREATE OR REPLACE TRIGGER m AFTER INSERT ON totals_victim.secrets REFERENCING NEW TABLE AS n EXECUTE FUNCTION opportunity.maintain_totals' || arguments;
	INSERT INTO p VALUES (10, 0);
	RETURN 'stored ' || (SELECT total FROM p);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT attempt('price');
DELETE FROM p;
SELECT attempt('price', 'totals_eve.evil(''x'')');
SELECT attempt('price', '''x''::totals_eve.dom IS NULL');
SELECT attempt('length((''{x}''::totals_eve.dom[])[1])');
SELECT attempt('totals_eve.length(''{x}'')');
SELECT attempt('length((totals_eve.dom(''x''))::text)');
SELECT attempt('length(((''(a,b)''::totals_eve.pair).a))');
SELECT attempt('length(CAST(xmlserialize(CONTENT xmlparse(CONTENT ''x'') AS totals_eve.dom) AS text))');
SELECT attempt('pg_temp.evil(''x'')');
SELECT attempt('price', '''x''::own IS NULL');
SELECT attempt('price', '''x''::pg_temp.own IS NULL');
SELECT attempt('price', 'NOT (price OPERATOR(totals_eve.===) 1)');
SELECT attempt('price', 'price OPERATOR(totals_eve.===) ANY (''{1}'')');
-- attaching is no way either
SELECT opportunity.attach_totals('p', 'total', 'totals_victim.secrets', 'deal_id', 'price', 'evil(''x'')');
SELECT opportunity.attach_totals('p', 'total', 'totals_victim.secrets', 'deal_id', 'length((''{x}''::dom[])[1])');

DROP TRIGGER g ON p;

-- nor does attaching somebody's lines run their owner's code as oneself
CREATE FUNCTION who(text) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'running as %', current_user; RETURN 1; END $$;
CREATE TABLE lines (deal_id oid, price numeric);
CREATE INDEX ON lines (deal_id);
SET ROLE NONE;
SELECT opportunity.attach_totals('p', 'total', 'lines', 'deal_id', 'who(''x'')', rebuild => false);
-- and what runs leaves nothing in the session
SET ROLE regress_eve;
CREATE OR REPLACE FUNCTION who(text) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN PERFORM set_config('role', 'regress_eve', false); RETURN 1; END $$;
INSERT INTO lines VALUES (10, 1);

SET ROLE NONE;
RESET search_path;
DROP SCHEMA totals_eve, totals_victim CASCADE;
DROP OWNED BY regress_eve, regress_victim;
DROP ROLE regress_eve, regress_victim;
RESET ROLE;
