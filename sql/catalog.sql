-- Every object of the extension, held against the house's rules. Each query
-- prints violations only: a new function needs no line here unless it is an
-- exception, and then it is named in a list below.
CREATE SCHEMA catalog;
SET search_path = catalog, pg_catalog;

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid,
       pg_describe_object(d.classid, d.objid, 0) AS object
FROM pg_depend d
JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'opportunity' AND d.deptype = 'e';

CREATE TEMP VIEW member_function AS
SELECT p.*, p.oid::regprocedure::text AS signature
FROM member m JOIN pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_proc'::regclass;

-- The test has something to look at.
SELECT count(*) > 0 AS has_functions FROM member_function;

-- Kinds of objects that the extension may own: no tables, no event triggers, no
-- languages, nothing outside its schema.
SELECT object AS unexpected_kind
FROM member
WHERE classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_cast'::regclass,
                      'pg_opclass'::regclass, 'pg_opfamily'::regclass)
  AND NOT (classid = 'pg_class'::regclass AND objid IN (SELECT oid FROM pg_class WHERE relkind IN ('v', 'c')))
ORDER BY 1;
SELECT object AS outside_the_schema
FROM member, pg_identify_object(classid, objid, 0) i
WHERE classid <> 'pg_cast'::regclass
  AND coalesce(i.schema, 'none') <> 'opportunity'
ORDER BY 1;

-- Every object says what it is (array types and operator families are made by
-- the server beside what has a comment).
SELECT object AS without_comment
FROM member m
WHERE obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)) IS NULL
  AND classid <> 'pg_opfamily'::regclass
  AND NOT (classid = 'pg_type'::regclass
           AND objid IN (SELECT oid FROM pg_type WHERE typcategory = 'A' OR typrelid <> 0))
ORDER BY 1;
-- Every column of a view, too.
SELECT a.attrelid::regclass || '.' || a.attname AS without_comment
FROM member m
JOIN pg_class c ON c.oid = m.objid AND m.classid = 'pg_class'::regclass AND c.relkind = 'v'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE col_description(c.oid, a.attnum) IS NULL
ORDER BY 1;
-- A comment says something.
SELECT object AS comment_too_short
FROM member
WHERE length(obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid))) < 8
ORDER BY 1;

-- Volatility: a function depends on its arguments alone, unless named here.
CREATE TEMP TABLE label (function text PRIMARY KEY, volatility "char", parallel "char");
INSERT INTO label VALUES
    -- they write, create triggers, or look at rows with a snapshot of their own
    ('attach_totals', 'v', 'u'), ('rebuild_totals', 'v', 'u'), ('detach_totals', 'v', 'u'),
    ('attach_history', 'v', 'u'), ('detach_history', 'v', 'u'),
    ('attach_process', 'v', 'u'), ('detach_process', 'v', 'u'), ('detach_all', 'v', 'u'),
    ('check_totals', 'v', 'u'), ('check_process', 'v', 'u'), ('advance', 'v', 'u'), ('move_to', 'v', 'u'), ('create_workspace', 'v', 'u'),
    -- they read tables or the catalog
    ('process_of', 's', 's'), ('explain_price', 's', 'u'), ('history_as_of', 's', 'u'), ('rows_as_of', 's', 'u'), ('history_(changes|column)', 's', 'u'),
    ('pipeline_(as_of|changes|slippage)', 's', 'u'),
    -- they run the output functions of types
    ('history_value', 's', 's'), ('pipeline_groups', 's', 's'),
    -- they look at a row by the output functions of its columns' types, and run the conditions of a process
    ('next_stage', 's', 'r'), ('unmet_requirements', 's', 'r'), ('can_move', 's', 'r'), ('completeness', 's', 's'),
    -- their text goes through the client's encoding
    ('stage_path_(recv|send)', 's', 's'),
    -- they take the day of an instant, and options name one, in the session's time zone
    ('pipeline_chart_add\(.*(with time zone|jsonb).*', 's', 's'), ('change_add\(.*with time zone.*', 's', 's');
SELECT signature, provolatile AS volatility, proparallel AS parallel,
       coalesce(l.volatility, CASE WHEN prorettype = 'trigger'::regtype THEN 'v' ELSE 'i' END::"char") AS expected_volatility,
       coalesce(l.parallel, CASE WHEN prorettype = 'trigger'::regtype THEN 'u' ELSE 's' END::"char") AS expected_parallel
FROM member_function f
LEFT JOIN label l ON f.signature ~ ('^opportunity\.' || l.function || '(\(|$)')
WHERE (provolatile, proparallel) IS DISTINCT FROM
      (coalesce(l.volatility, CASE WHEN prorettype = 'trigger'::regtype THEN 'v' ELSE 'i' END::"char"),
       coalesce(l.parallel, CASE WHEN prorettype = 'trigger'::regtype THEN 'u' ELSE 's' END::"char"))
ORDER BY 1;

-- Nothing acts as somebody else.
SELECT signature AS security_definer FROM member_function WHERE prosecdef ORDER BY 1;

-- A body kept as text runs under a pinned path.
SELECT signature AS unpinned_body
FROM member_function f JOIN pg_language l ON l.oid = f.prolang
WHERE l.lanname NOT IN ('c', 'internal') AND f.prosqlbody IS NULL
  AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
ORDER BY 1;

-- Names of arguments can be written in named notation, names of output columns
-- after a point or alone.
SELECT DISTINCT signature, argument AS reserved_word
FROM member_function f,
     unnest(f.proargnames, coalesce(f.proargmodes, array_fill('i'::"char", ARRAY[coalesce(cardinality(f.proargnames), 0)]))) AS a(argument, mode)
JOIN pg_get_keywords() k ON k.word = a.argument
WHERE k.catcode IN ('R', 'T') OR (k.catcode = 'C' AND a.mode IN ('i', 'b', 'v'))
ORDER BY 1, 2;

-- Everyone may use the schema and run what is in it, but for this list.
SELECT has_schema_privilege('public', 'opportunity', 'USAGE') AS usage,
       has_schema_privilege('public', 'opportunity', 'CREATE') AS creation;
CREATE TEMP TABLE restricted (name text PRIMARY KEY);
SELECT signature, has_function_privilege('public', f.oid, 'EXECUTE') AS executable_by_all
FROM member_function f
WHERE has_function_privilege('public', f.oid, 'EXECUTE') = (proname IN (SELECT name FROM restricted))
ORDER BY 1;

-- Aggregates: their support functions are as parallel as they are.
SELECT f.signature AS aggregate, s.oid::regprocedure AS support, s.proparallel
FROM member_function f
JOIN pg_aggregate a ON a.aggfnoid = f.oid
JOIN pg_proc s ON s.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
WHERE f.proparallel = 's' AND s.proparallel <> 's'
ORDER BY 1, 2;

-- Only aggregates, which are called on typed columns, and their own functions
-- are overloaded: other calls with untyped parameters would be ambiguous.
SELECT proname, pronargs, count(*) AS overloads
FROM member_function f
WHERE prokind <> 'a'
  AND NOT EXISTS (SELECT FROM pg_aggregate WHERE f.oid IN (aggtransfn, aggmtransfn, aggminvtransfn))
GROUP BY 1, 2
HAVING count(*) > 1
ORDER BY 1, 2;

-- A type that goes into tables goes over the wire in binary as well.
SELECT t.typname AS without_binary_form
FROM member m JOIN pg_type t ON t.oid = m.objid AND m.classid = 'pg_type'::regclass
WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND (t.typreceive = 0 OR t.typsend = 0)
ORDER BY 1;
