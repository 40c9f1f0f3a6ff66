-- Exchange rates, the four policies, and an opportunity that is converted.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_conversion', 'USD');
SET search_path = workspace_conversion;
INSERT INTO exchange_rate (currency, valid_from, rate) VALUES
    ('EUR', '2024-01-01', 0.8), ('EUR', '2025-01-01', 0.9), ('EUR', current_date, 0.5), ('JPY', '2024-01-01', 150);
SELECT rate_on('EUR', '2024-06-30') AS in_2024, rate_on('EUR', '2025-01-01') AS in_2025, rate_on('EUR') AS today,
    rate_on('USD') AS base, rate_on('EUR', '2023-12-31') AS before_all, rate_on('CHF') AS unknown;
\set VERBOSITY terse
INSERT INTO exchange_rate (currency, valid_from, rate) VALUES ('EUR', '2025-01-01', 1);
INSERT INTO exchange_rate (currency, rate) VALUES ('USD', 1);
INSERT INTO exchange_rate (currency, rate) VALUES ('CHF', 0);
\set VERBOSITY default

-- Which day's rate: of the insert, of today, of the (estimated) close. 90 EUR at 0.5 are 180 USD, at 0.9 100.
INSERT INTO opportunity (name, currency, exchange_policy, estimated_close, user_estimated_value)
SELECT policy, 'EUR', policy, '2025-06-30', 90 FROM unnest('{at_save,current,by_close_date,frozen_at_close}'::text[]) AS policy;
INSERT INTO opportunity (name, user_estimated_value) VALUES ('in the base currency', 90);
INSERT INTO opportunity (name, currency, user_estimated_value) VALUES ('without a rate', 'CHF', 90);
INSERT INTO opportunity (name, currency, exchange_rate, user_estimated_value) VALUES ('a rate agreed', 'EUR', 0.75, 90);
CREATE VIEW deals AS SELECT name, currency, trim_scale(exchange_rate) AS rate, estimated_value AS estimate, estimated_value_base AS base, actual_value_base AS actual
FROM opportunity ORDER BY id;
SELECT * FROM deals;
-- A new rate: who follows it, does by a write or by the call that brings all up to date.
UPDATE exchange_rate SET rate = 0.6 WHERE valid_from = current_date;
UPDATE exchange_rate SET rate = 0.45 WHERE valid_from = '2025-01-01';
SELECT * FROM deals;
SELECT refresh_exchange_rates();
SELECT refresh_exchange_rates();
SELECT * FROM deals;
-- Closed in 2025: frozen at that day's rate, or of the close date, or not.
UPDATE opportunity SET stage = 'lost', lost_reason = 'Price', closed_at = '2025-03-01' WHERE currency = 'EUR';
UPDATE exchange_rate SET rate = 0.3 WHERE valid_from = '2025-01-01';
UPDATE opportunity SET next_step = 'Write';
SELECT refresh_exchange_rates();
SELECT * FROM deals;

-- W9 (hitachi-solutions.com, Dynamics CRM multiple currencies): 0.599346 pounds a dollar, 10,000 pounds
-- are 16,684.85 dollars. W10 (Salesforce, advanced currency management): 1.39 from January, 1.42
-- from February, by the date of close, whatever the stage.
INSERT INTO exchange_rate (currency, valid_from, rate) VALUES ('GBP', '2024-01-01', 0.599346), ('AUD', '2024-01-01', 1.39), ('AUD', '2024-02-01', 1.42);
INSERT INTO opportunity (name, currency, user_estimated_value) VALUES ('W9', 'GBP', 10000);
INSERT INTO opportunity (name, currency, exchange_policy, estimated_close, user_estimated_value)
SELECT 'W10', 'AUD', 'by_close_date', close, 1000 FROM unnest('{2024-01-31,2024-02-01}'::date[]) AS close;
SELECT * FROM deals WHERE name LIKE 'W%';
DELETE FROM opportunity WHERE name LIKE 'W%';

-- A currency is converted, never relabeled: prices, discounts and header amounts, at the day's rates.
SELECT new_opportunity('Convert me', NULL, 'EUR') AS deal \gset
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, manual_discount, tax) VALUES (:deal, 'Given amounts', 3, 10, 6, 1.2);
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, discount_percent, tax_rate) VALUES (:deal, 'In percent', 2, 99.99, 10, 20);
UPDATE opportunity SET discount_amount = 12, freight_amount = 6, budget_amount = 600 WHERE id = :deal;
SELECT currency, detail_amount, tax_amount, discount_amount, freight_amount, budget_amount, total_amount, estimated_value_base FROM opportunity WHERE id = :deal;
UPDATE opportunity SET currency = 'USD' WHERE id = :deal;
SELECT convert_opportunity(:deal, 'USD');
SELECT currency, exchange_rate, detail_amount, tax_amount, discount_amount, freight_amount, budget_amount, total_amount, estimated_value_base FROM opportunity WHERE id = :deal;
SELECT description, currency, quantity, price_per_unit, manual_discount, tax, net_amount FROM opportunity_line WHERE opportunity_id = :deal ORDER BY id;
SELECT convert_opportunity(:deal, 'JPY');
SELECT currency, exchange_rate, detail_amount, tax_amount, discount_amount, total_amount FROM opportunity WHERE id = :deal;
SELECT description, currency, price_per_unit, manual_discount, tax, net_amount FROM opportunity_line WHERE opportunity_id = :deal ORDER BY id;
SELECT convert_opportunity(:deal, 'CHF');
SELECT convert_opportunity(:deal, 'KWD');
SELECT convert_opportunity(999, 'EUR');
-- The call leaves nothing behind that would let a relabeling pass.
UPDATE opportunity SET currency = 'EUR' WHERE id = :deal;
-- Nor does the setting that it uses, set by anybody: what follows is a conversion, too.
BEGIN;
SELECT set_config('workspace.convert', :'deal', true) IS NOT NULL AS forged;
SELECT sum(price_per_unit * quantity) AS yen FROM opportunity_line WHERE opportunity_id = :deal;
UPDATE opportunity SET currency = 'USD' WHERE id = :deal;
SELECT round(sum(price_per_unit * quantity), 2) AS dollars, round(sum(price_per_unit * quantity) * 150, 2) AS yen FROM opportunity_line WHERE opportunity_id = :deal;
SELECT currency, exchange_rate, discount_amount FROM opportunity WHERE id = :deal;
ROLLBACK;
-- A line priced from the list keeps the price it had, now in the other currency.
INSERT INTO product (code, name) VALUES ('P', 'Product');
INSERT INTO price_list_item (price_list_id, product_id, amount) VALUES (1, 1, 12);
SELECT new_opportunity('From the list', NULL) AS listed \gset
UPDATE opportunity SET price_list_id = 1 WHERE id = :listed;
SELECT add_line(:listed, 'P', 2) AS line \gset
SELECT convert_opportunity(:listed, 'EUR');
SELECT o.currency, o.price_list_id, l.price_per_unit, l.catalogue_price, l.is_price_overridden, l.net_amount, o.detail_amount
FROM opportunity o JOIN opportunity_line l ON l.opportunity_id = o.id WHERE o.id = :listed;
SELECT lose(:listed, 'Price');
SELECT convert_opportunity(:listed, 'USD');
SELECT * FROM opportunity.check_totals('opportunity');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_conversion CASCADE;
