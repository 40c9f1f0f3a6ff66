-- create_workspace: what it makes, for whom, and what it refuses.
\set SHOW_CONTEXT never
SHOW search_path;
SELECT opportunity.create_workspace('workspace_create', 'EUR');
SHOW search_path;

SELECT relname, relkind FROM pg_class
WHERE relnamespace = 'workspace_create'::regnamespace AND relkind NOT IN ('i', 'S') ORDER BY relkind, relname COLLATE "C";
SELECT proname, pg_get_function_identity_arguments(oid) AS arguments, prorettype::regtype AS result FROM pg_proc
WHERE pronamespace = 'workspace_create'::regnamespace ORDER BY proname COLLATE "C";

-- It holds a base currency, the caller as administrator, a process and a price list.
SELECT workspace_create.base_currency();
SELECT name, role_name, is_admin, id = workspace_create.current_member() AS is_current FROM workspace_create.member;
SELECT name, currency, is_default FROM workspace_create.price_list;
SELECT p.name, p.is_default, s.* FROM workspace_create.process p, opportunity.stages(p.definition) s;

-- All of it is the caller's, and nobody else's.
SELECT DISTINCT pg_get_userbyid(relowner) AS owner, relacl FROM pg_class WHERE relnamespace = 'workspace_create'::regnamespace;
SELECT DISTINCT pg_get_userbyid(proowner) AS owner FROM pg_proc WHERE pronamespace = 'workspace_create'::regnamespace;
SELECT proname, proacl FROM pg_proc WHERE pronamespace = 'workspace_create'::regnamespace AND prosecdef ORDER BY proname;
SELECT pg_get_userbyid(nspowner) AS owner, nspacl FROM pg_namespace WHERE nspname = 'workspace_create';

-- Clients read plain types only; a process is edited as JSON text.
SELECT c.relname, a.attname, format_type(a.atttypid, NULL) AS type
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'workspace_create'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
    AND a.atttypid NOT IN ('text'::regtype, 'numeric'::regtype, 'boolean'::regtype, 'integer'::regtype, 'bigint'::regtype,
        'date'::regtype, 'timestamptz'::regtype, 'jsonb'::regtype);
-- and numbers say their precision
SELECT c.relname, a.attname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'workspace_create'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
    AND a.atttypid = 'numeric'::regtype AND a.atttypmod = -1;

-- Every table, view, column and function is commented. (No rows.)
SELECT c.relname, a.attname
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'workspace_create'::regnamespace AND c.relkind IN ('r', 'v')
    AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, a.attnum) IS NULL);
SELECT proname FROM pg_proc
WHERE pronamespace = 'workspace_create'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL;

-- Tables have an id, tables and views a unique first column; every foreign key has an index. (No rows.)
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'workspace_create'::regnamespace AND c.relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.attnum = 1
        WHERE i.indrelid = c.oid AND i.indisprimary AND i.indkey::text = '1');
SELECT conrelid::regclass, conname FROM pg_constraint k
WHERE connamespace = 'workspace_create'::regnamespace AND contype = 'f'
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]);
-- Views read with the rights of their reader. (No rows.)
SELECT relname FROM pg_class
WHERE relnamespace = 'workspace_create'::regnamespace AND relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false);

-- A second one in the same place is refused, as is any schema that holds something.
SELECT opportunity.create_workspace('workspace_create');
CREATE SCHEMA workspace_full CREATE TABLE occupied ();
SELECT opportunity.create_workspace('workspace_full');
-- An empty schema of the caller's will do; the name may be NULL as little as the currency.
CREATE SCHEMA workspace_empty;
SELECT opportunity.create_workspace('workspace_empty');
SELECT workspace_empty.base_currency();
SELECT opportunity.create_workspace(NULL);
SELECT opportunity.create_workspace('workspace_null', NULL);
SELECT opportunity.create_workspace('pg_workspace');
-- Base currencies are those of ISO 4217 that amounts can be counted in.
SELECT opportunity.create_workspace('workspace_currency', 'EURO');
SELECT opportunity.create_workspace('workspace_currency', 'XAU');
SELECT opportunity.create_workspace('workspace_currency', 'KWD', 2);
SELECT opportunity.create_workspace('workspace_currency', 'EUR', 5);
SELECT opportunity.create_workspace('workspace_currency', 'JPY', amount_decimals => 1);
SELECT opportunity.create_workspace('workspace_currency', 'jpy');
SELECT workspace_currency.base_currency(), (SELECT currency FROM workspace_currency.price_list) AS price_list_currency;
\sf workspace_currency.base_currency

-- A role that may not create schemas makes none, and gets no other's.
SET ROLE NONE;
CREATE ROLE regress_visitor;
SET ROLE regress_visitor;
SELECT opportunity.create_workspace('workspace_visitor');
SET ROLE NONE;
CREATE SCHEMA workspace_empty_too AUTHORIZATION regress_seller;
SET ROLE regress_visitor;
SELECT opportunity.create_workspace('workspace_empty_too');
SELECT * FROM workspace_create.pipeline;
RESET ROLE;

-- What a search_path says later makes no difference.
CREATE SCHEMA workspace_hostile;
CREATE FUNCTION workspace_hostile.now() RETURNS timestamptz LANGUAGE sql RETURN 'infinity'::timestamptz;
CREATE TABLE workspace_hostile.account (id bigint, name text);
CREATE TABLE workspace_hostile.opportunity (LIKE workspace_create.opportunity);
SET search_path = workspace_hostile, pg_catalog;
INSERT INTO workspace_create.account (name) VALUES ('Fourth Coffee');
SELECT workspace_create.new_opportunity('Espresso bar', 'Fourth Coffee');
UPDATE workspace_create.opportunity SET customer_need = 'Coffee';
SELECT workspace_create.advance(1);
SELECT workspace_create.move_back(1);
SELECT o.name, a.name AS account, m.name AS owner, o.stage, o.currency, o.updated_at < 'infinity' AS is_dated
FROM workspace_create.opportunity o JOIN workspace_create.account a ON a.id = account_id JOIN workspace_create.member m ON m.id = owner_id;
RESET search_path;

SET client_min_messages = warning;
DROP SCHEMA workspace_create, workspace_full, workspace_empty, workspace_empty_too, workspace_currency, workspace_hostile CASCADE;
SET ROLE NONE;
DROP ROLE regress_visitor;
