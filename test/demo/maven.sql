-- The Maven sales pipeline, 8,800 deals in four CSV files, loaded into the workspace
-- "crm" as data from elsewhere is: into staging tables, from there with INSERT ...
-- SELECT through all of the workspace's triggers. Run from the tree's root.
SET timezone = 'UTC';

CREATE TEMP TABLE accounts (account text, sector text, year_established integer, revenue numeric, employees integer,
    office_location text, subsidiary_of text);
CREATE TEMP TABLE products (product text, series text, sales_price numeric);
CREATE TEMP TABLE sales_teams (sales_agent text, manager text, regional_office text);
CREATE TEMP TABLE sales_pipeline (opportunity_id text, sales_agent text, product text, account text, deal_stage text,
    engage_date date, close_date date, close_value numeric);

\copy accounts FROM 'test/data/maven_crm/accounts.csv' (FORMAT csv, HEADER)
\copy products FROM 'test/data/maven_crm/products.csv' (FORMAT csv, HEADER)
\copy sales_teams FROM 'test/data/maven_crm/sales_teams.csv' (FORMAT csv, HEADER)
\copy sales_pipeline FROM 'test/data/maven_crm/sales_pipeline.csv' (FORMAT csv, HEADER)

-- Quirks of the files.
UPDATE sales_pipeline SET product = 'GTX Pro' WHERE product = 'GTXPro';
UPDATE accounts SET sector = 'technology' WHERE sector = 'technolgy';
UPDATE accounts SET office_location = 'Philippines' WHERE office_location = 'Philipines';

-- What the deals refer to. The files give revenue in millions.
INSERT INTO crm.account (name, industry, territory, employees, annual_revenue)
SELECT account, sector, office_location, employees, revenue * 1000000 FROM accounts;
UPDATE crm.account a SET parent_id = p.id
FROM accounts s JOIN crm.account p ON p.name = s.subsidiary_of
WHERE a.name = s.account;

INSERT INTO crm.member (name, territory)
SELECT DISTINCT manager, regional_office FROM sales_teams;
INSERT INTO crm.member (name, territory, manager_id)
SELECT t.sales_agent, t.regional_office, m.id FROM sales_teams t JOIN crm.member m ON m.name = t.manager;

INSERT INTO crm.product (code, name, list_price, properties)
SELECT product, product, sales_price, jsonb_build_object('series', series) FROM products;
INSERT INTO crm.price_list (name) VALUES ('Maven');
INSERT INTO crm.price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, s.sales_price
FROM products s JOIN crm.product p ON p.code = s.product, crm.price_list l
WHERE l.name = 'Maven';

INSERT INTO crm.process (name, definition) VALUES ('Maven', '
{"stages": [
    {"name": "Prospecting", "probability": 20, "forecast_category": "pipeline"},
    {"name": "Engaging", "probability": 50, "forecast_category": "best_case", "required": ["account_id"]},
    {"name": "Won", "outcome": "won", "required": ["actual_value"]},
    {"name": "Lost", "outcome": "lost"}]}');

-- The deals, each as the files have it; those that are closed there are closed below,
-- once they have their line, which a closed deal would not take. Open ones have no close
-- date there: it is estimated as the day of engagement (of those not engaged yet:
-- the last day in the files) plus the mean cycle of the product's won deals.
INSERT INTO crm.opportunity (name, account_id, owner_id, process, stage, price_list_id, opened_at, stage_entered_at,
    estimated_close, is_revenue_system_calculated, user_estimated_value, estimated)
SELECT s.opportunity_id, a.id, m.id, 'Maven', CASE WHEN s.close_date IS NULL THEN s.deal_stage ELSE 'Engaging' END, l.id,
    s.engage_date, coalesce(s.engage_date, d.last_day),
    coalesce(s.close_date, coalesce(s.engage_date, d.last_day) + c.days),
    s.close_date IS NULL, s.close_value,
    CASE WHEN s.close_date IS NULL THEN 'estimated_value, estimated_close' END
        || CASE WHEN s.engage_date IS NULL THEN ', stage_entered_at' ELSE '' END
FROM sales_pipeline s
    JOIN crm.member m ON m.name = s.sales_agent
    JOIN crm.price_list l ON l.name = 'Maven'
    JOIN (SELECT product, round(avg(close_date - engage_date))::integer AS days
        FROM sales_pipeline WHERE deal_stage = 'Won' GROUP BY product) c USING (product)
    CROSS JOIN (SELECT max(greatest(engage_date, close_date)) AS last_day FROM sales_pipeline) d
    LEFT JOIN crm.account a ON a.name = s.account;

-- One line each. A won deal's price is what was paid; the others take theirs from
-- the price list, which gives the open deals their estimated value.
INSERT INTO crm.opportunity_line (opportunity_id, product_id, price_per_unit)
SELECT o.id, p.id, CASE s.deal_stage WHEN 'Won' THEN s.close_value END
FROM sales_pipeline s
    JOIN crm.opportunity o ON o.name = s.opportunity_id AND o.process = 'Maven'
    JOIN crm.product p ON p.code = s.product;

UPDATE crm.opportunity o
SET stage = s.deal_stage, stage_entered_at = s.close_date, closed_at = s.close_date, actual_value = s.close_value
FROM sales_pipeline s
WHERE o.name = s.opportunity_id AND o.process = 'Maven' AND s.close_date IS NOT NULL;
