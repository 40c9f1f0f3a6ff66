-- The sample that make demo shows, from beginning to end.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace();
\i test/demo/contoso.sql
\set ECHO all
SELECT stage, deals, value, weighted_value FROM crm.pipeline_by_stage;
SELECT line_count, count(*), sum(detail_amount) FROM crm.opportunity GROUP BY line_count ORDER BY line_count;
SELECT * FROM opportunity.check_totals('crm.opportunity');
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
