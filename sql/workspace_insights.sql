-- What deserves attention in the open opportunities of a workspace.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_insights');
SET search_path = workspace_insights;
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- The stages rot after 30 days. A closes soon; B's closing passed; C has been in its stage for long; D was pushed three times; E is won, F lost.
UPDATE process SET definition = jsonb_set(definition::text::jsonb, '{stages,0,rotting_days}', '30')::text::opportunity.sales_process;
INSERT INTO account (name) VALUES ('Fourth Coffee');
UPDATE member SET name = 'Nancy Anderson';
INSERT INTO opportunity (name, account_id, stage, currency, user_estimated_value, estimated_close, stage_entered_at, lost_reason) VALUES
    ('A', 1, 'qualify', 'USD', 0, current_date + 5, now(), NULL), ('B', 1, 'qualify', 'EUR', 100, current_date - 3, now(), NULL),
    ('C', NULL, 'qualify', 'USD', NULL, NULL, now() - interval '31 days', NULL), ('D', 1, 'develop', 'USD', NULL, current_date + 30, now() - interval '300 days', NULL),
    ('E', 1, 'won', 'USD', 5, current_date - 100, now(), NULL), ('F', 1, 'lost', 'USD', 5, current_date - 100, now(), 'Price');
UPDATE opportunity SET estimated_close = estimated_close + 10 WHERE name IN ('A', 'D');
UPDATE opportunity SET estimated_close = estimated_close + 10 WHERE name = 'D';
UPDATE opportunity SET estimated_close = estimated_close - 1 WHERE name = 'D';
UPDATE opportunity SET estimated_close = estimated_close + 10 WHERE name = 'D';
SELECT insight_key, name, account, owner, stage, estimated_close - current_date AS closes_in, estimated_value, currency, severity_order AS n, severity, days, message FROM insights_now;
SELECT count(*) = count(DISTINCT insight_key) AS is_unique FROM insights_now;
-- In twenty days nobody has done anything, if nobody does.
SELECT name, kind, severity, days FROM insights(now() + interval '20 days');
-- Before any was opened.
SELECT name, kind FROM insights('2020-01-01');

-- A reader's own rights decide, in the tables below too.
SET ROLE NONE;
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA workspace_insights TO regress_reader;
GRANT SELECT ON insights_now TO regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM insights_now;
SET ROLE NONE;
GRANT SELECT ON ALL TABLES IN SCHEMA workspace_insights TO regress_reader;
ALTER TABLE opportunity ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_dollars ON opportunity TO regress_reader USING (currency = 'USD');
SET ROLE regress_reader;
SELECT string_agg(DISTINCT name, ' ') FROM insights_now;

SET ROLE NONE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_insights CASCADE;
DROP ROLE regress_reader;
