-- What is attached to which table, read from the triggers that are all there is.

CREATE FUNCTION opportunity.trigger_arguments(arguments bytea) RETURNS text[]
    AS 'MODULE_PATHNAME', 'opp_trigger_arguments' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.trigger_arguments(bytea) IS
    'The arguments of a trigger, pg_trigger.tgargs, as an array; NULL of NULL.';

CREATE VIEW opportunity.attachments WITH (security_invoker = true) AS
-- the judge carries all arguments of attach_process: the stage column, the
-- process as JSON or nothing, then option and value in turn
SELECT judge.tgrelid::regclass AS target,
    'process'::text AS kind,
    concat_ws(', ', quote_ident(judge.arguments[1]),
        (SELECT string_agg(quote_ident(judge.arguments[i + 1]), ', ' ORDER BY i)
            FROM generate_series(3, cardinality(judge.arguments), 2) AS i
            WHERE judge.arguments[i] LIKE '%\_column' AND judge.arguments[i] <> 'process_column')) AS columns,
    own.triggers,
    own.enabled,
    CASE WHEN judge.arguments[2] <> '' THEN judge.arguments[2]
        ELSE (SELECT string_agg(format('%s => %s', judge.arguments[i], judge.arguments[i + 1]), ', ' ORDER BY i)
            FROM generate_series(3, cardinality(judge.arguments), 2) AS i
            WHERE judge.arguments[i] LIKE 'process\_%') END AS definition,
    (SELECT string_agg(format('%s => %s', judge.arguments[i], judge.arguments[i + 1]), ', ' ORDER BY i)
        FROM generate_series(3, cardinality(judge.arguments), 2) AS i
        WHERE judge.arguments[i] NOT LIKE 'process\_%' AND judge.arguments[i] NOT LIKE '%\_column') AS options
FROM (SELECT t.tgrelid, a.arguments
        FROM pg_catalog.pg_trigger t CROSS JOIN LATERAL (SELECT opportunity.trigger_arguments(t.tgargs) AS arguments OFFSET 0) AS a
        WHERE t.tgfoid = 'opportunity.judge_stage()'::regprocedure AND t.tgparentid = 0) AS judge
    CROSS JOIN LATERAL (
        -- those on partitions have the same names, and are enabled and disabled one by one
        WITH RECURSIVE attached AS (
            SELECT t.oid, t.tgparentid, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t
            WHERE t.tgrelid = judge.tgrelid
                AND t.tgfoid IN ('opportunity.judge_stage()'::regprocedure, 'opportunity.derive_stage()'::regprocedure)
                AND (opportunity.trigger_arguments(t.tgargs))[1] = judge.arguments[1]
            UNION ALL
            SELECT t.oid, t.tgparentid, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t JOIN attached a ON t.tgparentid = a.oid
        )
        SELECT array_agg(a.tgname::text ORDER BY a.tgname) FILTER (WHERE a.tgparentid = 0) AS triggers,
            -- and those on the tables that it is read from
            bool_and(a.tgenabled IN ('O', 'A')) AND NOT EXISTS (
                SELECT FROM generate_series(3, cardinality(judge.arguments), 2) AS i
                WHERE judge.arguments[i] IN ('process_table', 'stage_table', 'rule_table') AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_trigger watcher
                        JOIN pg_catalog.pg_class c ON c.oid = watcher.tgrelid
                        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE watcher.tgfoid = 'opportunity.process_table_changed()'::regprocedure AND watcher.tgenabled IN ('O', 'A')
                        AND format('%I.%I', n.nspname, c.relname) = judge.arguments[i + 1])) AS enabled
        FROM attached a) AS own
UNION ALL
-- the guard on the parent and the triggers on the lines carry the same arguments
SELECT guard.tgrelid::regclass, 'totals', guard.arguments[2], own.triggers, own.enabled,
    format('sum of %s over %s by %s', guard.arguments[5], guard.arguments[3], guard.arguments[4])
        || CASE WHEN guard.arguments[6] <> '' THEN format(' where %s', guard.arguments[6]) ELSE '' END,
    NULL
FROM (SELECT DISTINCT t.tgrelid, t.tgargs, opportunity.trigger_arguments(t.tgargs) AS arguments
        FROM pg_catalog.pg_trigger t
        WHERE t.tgfoid = 'opportunity.guard_totals()'::regprocedure AND t.tgparentid = 0) AS guard
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT t.tgname::text) AS triggers, bool_and(t.tgenabled IN ('O', 'A')) AS enabled
        FROM pg_catalog.pg_trigger t
        WHERE t.tgfoid IN ('opportunity.guard_totals()'::regprocedure, 'opportunity.maintain_totals()'::regprocedure)
            AND t.tgargs = guard.tgargs) AS own
UNION ALL
-- the triggers on the table and on what inherits from it carry the same arguments; the guard has the first one
SELECT logging.tgrelid::regclass, 'history', logging.arguments[3], own.triggers, own.enabled, format('logged in %s', logging.arguments[2]), NULL
FROM (SELECT DISTINCT t.tgrelid, t.tgargs, opportunity.trigger_arguments(t.tgargs) AS arguments
        FROM pg_catalog.pg_trigger t
        WHERE t.tgfoid = 'opportunity.log_changes()'::regprocedure
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = t.tgrelid)) AS logging
    CROSS JOIN LATERAL (
        WITH RECURSIVE part AS (
            SELECT logging.tgrelid AS oid
            UNION
            SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part p ON i.inhparent = p.oid
        )
        SELECT array_agg(DISTINCT t.tgname::text) AS triggers,
            -- four on each table
            count(*) FILTER (WHERE t.tgfoid = 'opportunity.log_changes()'::regprocedure AND t.tgenabled IN ('O', 'A')) =
                4 * (SELECT count(*) FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid WHERE c.relkind IN ('r', 'p')) AS enabled
        FROM pg_catalog.pg_trigger t
        WHERE (t.tgrelid IN (SELECT p.oid FROM part p) AND t.tgargs = logging.tgargs)
            OR (t.tgfoid = 'opportunity.guard_history()'::regprocedure
                AND (opportunity.trigger_arguments(t.tgargs))[1] = logging.arguments[1])) AS own;
COMMENT ON VIEW opportunity.attachments IS 'What attach_process, attach_totals and attach_history have attached to which table: one row an attachment, read from the triggers.';
COMMENT ON COLUMN opportunity.attachments.target IS 'The table that keeps the stage or the totals, or whose changes are logged.';
COMMENT ON COLUMN opportunity.attachments.kind IS 'process, totals or history.';
COMMENT ON COLUMN opportunity.attachments.columns IS 'The columns it guards, maintains or watches, a comma list.';
COMMENT ON COLUMN opportunity.attachments.triggers IS 'Names of its triggers, those on the table of the lines and on the history included.';
COMMENT ON COLUMN opportunity.attachments.enabled IS 'Whether all its triggers fire for ordinary sessions, those on partitions and on the tables that a process is read from included: false after ALTER TABLE ... DISABLE TRIGGER, and where a partition came after attach_history.';
COMMENT ON COLUMN opportunity.attachments.definition IS 'The process as JSON or the table that holds processes; for totals what is added up; for a history the table that keeps it.';
COMMENT ON COLUMN opportunity.attachments.options IS 'Of a process: the other options of attach_process, such as stage_table and enforce; else NULL.';
GRANT SELECT ON opportunity.attachments TO PUBLIC;

CREATE FUNCTION opportunity.detach_all(target regclass) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT opportunity.detach_process(detach_all.target)
    WHERE EXISTS (SELECT FROM opportunity.attachments a WHERE a.target = detach_all.target AND a.kind = 'process');
    SELECT opportunity.detach_totals(detach_all.target)
    WHERE EXISTS (SELECT FROM opportunity.attachments a WHERE a.target = detach_all.target AND a.kind = 'totals');
    SELECT opportunity.detach_history(detach_all.target)
    WHERE EXISTS (SELECT FROM opportunity.attachments a WHERE a.target = detach_all.target AND a.kind = 'history');
    -- the totals of others that it has the lines of: a parent's by its guard, else of one that is gone
    SELECT opportunity.detach_totals(parents.parent, detach_all.target)
    FROM (SELECT DISTINCT guard.tgrelid::regclass AS parent
        FROM pg_catalog.pg_trigger line
            LEFT JOIN pg_catalog.pg_trigger guard ON guard.tgargs = line.tgargs
                AND guard.tgfoid = 'opportunity.guard_totals()'::regprocedure AND guard.tgparentid = 0
        WHERE line.tgrelid = detach_all.target
            AND line.tgfoid = 'opportunity.maintain_totals()'::regprocedure AND line.tgparentid = 0) AS parents;
END;
COMMENT ON FUNCTION opportunity.detach_all(regclass) IS
    'Drops every trigger that attach_process, attach_totals and attach_history made for the table, with those on the tables of its lines, and for others of which it has the lines. No data changes; nothing attached is no error.';
