-- The views pipeline and pipeline_by_stage, and the chart.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_views');
SET search_path = workspace_views;
SET timezone = 'UTC';
SET datestyle = 'ISO';
INSERT INTO account (name, industry) VALUES ('Fourth Coffee', 'Restaurants');
INSERT INTO contact (account_id, name) VALUES (1, 'Yvonne McKay');
UPDATE member SET name = 'Nancy Anderson', territory = 'North';
INSERT INTO opportunity (name, account_id, contact_id, stage, probability, currency, user_estimated_value, actual_value, estimated_close, closed_at, lost_reason) VALUES
    ('B', 1, 1, 'propose', 33.3333, 'USD', 100.01, NULL, '2027-05-01', NULL, NULL),
    ('A', 1, 1, 'propose', NULL, 'USD', 200, NULL, '2027-03-01', NULL, NULL),
    ('No date', NULL, NULL, 'qualify', NULL, 'USD', NULL, NULL, NULL, NULL, NULL),
    ('In euros', 1, 1, 'propose', NULL, 'EUR', 1000, NULL, '2027-04-01', NULL, NULL),
    ('Won', 1, 1, 'won', NULL, 'USD', 500, 450, '2027-01-31', '2027-02-15', NULL),
    ('Lost', 1, 1, 'lost', NULL, 'USD', 700, NULL, '2027-01-15', '2027-01-15', 'Price');

-- In order of estimated close, unknown ones last.
SELECT name, account, contact, owner, territory, stage_order, stage, outcome, probability, score, grade, currency, value, weighted_value, estimated_close, close_date FROM pipeline;
SELECT count(*) = count(DISTINCT opportunity_id) AS is_unique, count(*) FROM pipeline;
-- A stage in two currencies is two rows: amounts are not mixed.
SELECT * FROM pipeline_by_stage;
SELECT count(*) = count(DISTINCT stage_key) AS is_unique FROM pipeline_by_stage;
-- An opportunity whose stage has gone from its process is still in the pipeline.
UPDATE process SET definition = replace(definition::text, 'propose', 'offer')::opportunity.sales_process;
SELECT name, stage_order, stage FROM pipeline WHERE name = 'A';

-- The chart: one currency, all deals or some of them.
SELECT left(pipeline_chart_svg(), 4) AS starts, right(rtrim(pipeline_chart_svg(), E'\n'), 6) AS ends;
SELECT position('In euros' IN pipeline_chart_svg()) > 0 AS dollars_show_euros, position('In euros' IN pipeline_chart_svg(currency => 'EUR')) > 0 AS euros;
SELECT position('Won, Fourth Coffee' IN pipeline_chart_svg()) > 0 AS won, position('Won, Fourth Coffee' IN pipeline_chart_svg(outcome => 'open')) > 0 AS won_among_open;
SELECT position('Our title' IN pipeline_chart_svg(options => '{"title": "Our title"}')) > 0 AS titled;
SELECT pipeline_chart_svg(owner => 'Nancy Anderson', closing_from => '2027-03-01', closing_to => '2027-05-01')
    = pipeline_chart_svg(process => default_process(), outcome => 'open', closing_from => '2027-02-01') AS same_deals;
SELECT pipeline_chart_svg(process => 'None') <> pipeline_chart_svg() AS empty_differs;

-- A reader's own rights decide, in the tables below too.
SET ROLE NONE;
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA workspace_views TO regress_reader;
GRANT SELECT ON pipeline TO regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM pipeline;
SET ROLE NONE;
GRANT SELECT ON ALL TABLES IN SCHEMA workspace_views TO regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM pipeline;
UPDATE opportunity SET name = 'Mine';

SET ROLE NONE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_views CASCADE;
DROP ROLE regress_reader;
