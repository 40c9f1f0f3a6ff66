-- Contoso Coffee sells espresso machines. Its products, prices and deals, in the
-- workspace "crm" that stands already; written as a person would type it.

INSERT INTO crm.product (code, name, kind) VALUES
    ('CAFE-S100', 'Café S-100 semiautomatic', 'product'),
    ('CAFE-A100', 'Café A-100 automatic', 'product'),
    ('CAFE-BG1', 'Café BG-1 grinder', 'product'),
    ('CARE-1Y', 'Service contract, one year', 'service');

INSERT INTO crm.price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, v.amount
FROM (VALUES ('CAFE-S100', 4250.00), ('CAFE-A100', 6890.00), ('CAFE-BG1', 745.50), ('CARE-1Y', 480.00)) AS v (code, amount)
    JOIN crm.product p USING (code)
    JOIN crm.price_list l ON l.name = 'Standard';

INSERT INTO crm.account (name, industry, territory) VALUES
    ('Fourth Coffee', 'Restaurants', 'North'), ('Alpine Ski House', 'Hotels', 'North'), ('Coho Winery', 'Wineries', 'West'),
    ('Adventure Works', 'Retail', 'West'), ('Blue Yonder Airlines', 'Transport', 'East'), ('City Power & Light', 'Utilities', 'East'),
    ('Lamna Healthcare', 'Hospitals', 'South'), ('Margie''s Travel', 'Travel', 'South'), ('Northwind Traders', 'Wholesale', 'North'),
    ('Tailwind Traders', 'Retail', 'East'), ('Wide World Importers', 'Wholesale', 'West'), ('Woodgrove Bank', 'Finance', 'South');
INSERT INTO crm.competitor (name) VALUES ('Bean Machines');

\set ECHO queries
\echo An opportunity with two espresso machines, priced from the price list:
SELECT crm.new_opportunity('Espresso bar in the head office', 'Fourth Coffee', estimated_close => current_date + 30) AS deal \gset
SELECT crm.add_line(:deal, 'CAFE-S100', 2) AS line \gset
SELECT p.name AS product, l.quantity::integer AS quantity, l.price_per_unit::numeric(18,2) AS price_per_unit, l.net_amount
FROM crm.opportunity_line l JOIN crm.product p ON p.id = l.product_id
WHERE l.opportunity_id = :deal;

\echo Three percent off the whole, plus freight: the estimated revenue follows.
UPDATE crm.opportunity SET discount_percent = 3, freight_amount = 95 WHERE id = :deal;
SELECT stage, detail_amount, discount_percent::numeric(5,2), freight_amount, total_amount, estimated_value
FROM crm.opportunity WHERE id = :deal;

\echo Nobody writes a total past its lines. This is refused:
UPDATE crm.opportunity SET detail_amount = 99999 WHERE id = :deal;
\echo
\echo A stage is left only when its gate is passed. This is refused, too:
SELECT crm.advance(:deal);
\echo
\echo What was missing is filled in, and the move passes:
UPDATE crm.opportunity SET customer_need = 'Coffee for 60 people, made by themselves' WHERE id = :deal;
SELECT crm.advance(:deal) AS stage;

\set ECHO none
-- The other deals of the season: open at any stage,
CREATE TEMP TABLE season (name text, account text, product text, quantity numeric, stage text, probability numeric, closes integer);
INSERT INTO season VALUES
    ('Lobby bars', 'Alpine Ski House', 'CAFE-A100', 6, 'propose', 65, 24),
    ('Summit restaurant', 'Alpine Ski House', 'CAFE-S100', 3, 'qualify', 15, 120),
    ('Tasting room', 'Coho Winery', 'CAFE-S100', 1, 'close', 85, 9),
    ('Visitor center', 'Coho Winery', 'CAFE-A100', 2, 'develop', 35, 62),
    ('In-store cafés', 'Adventure Works', 'CAFE-A100', 14, 'develop', 40, 88),
    ('Staff kitchens', 'Adventure Works', 'CAFE-BG1', 20, 'qualify', 10, 140),
    ('Business lounges', 'Blue Yonder Airlines', 'CAFE-A100', 18, 'propose', 55, 75),
    ('Crew rooms', 'Blue Yonder Airlines', 'CAFE-S100', 8, 'close', 90, 16),
    ('Control rooms', 'City Power & Light', 'CAFE-A100', 4, 'qualify', 20, 104),
    ('Service contracts', 'City Power & Light', 'CARE-1Y', 12, 'close', 80, 12),
    ('Ward kitchens', 'Lamna Healthcare', 'CAFE-A100', 10, 'propose', 60, 47),
    ('Visitors'' café', 'Lamna Healthcare', 'CAFE-S100', 4, 'develop', 30, 70),
    ('Travel shops', 'Margie''s Travel', 'CAFE-S100', 5, 'develop', 25, 96),
    ('Grinders for resale', 'Northwind Traders', 'CAFE-BG1', 60, 'propose', 70, 33),
    ('Machines for resale', 'Northwind Traders', 'CAFE-S100', 25, 'qualify', 12, 150),
    ('Flagship store', 'Tailwind Traders', 'CAFE-A100', 3, 'close', 75, 20),
    ('Warehouse canteen', 'Wide World Importers', 'CAFE-S100', 2, 'develop', 45, 55),
    ('Branch offices', 'Woodgrove Bank', 'CAFE-A100', 22, 'propose', 50, 110),
    ('Board room', 'Woodgrove Bank', 'CAFE-S100', 1, 'qualify', 30, 40);

INSERT INTO crm.opportunity (name, account_id, stage, probability, estimated_close, customer_need, proposed_solution, decision_process)
SELECT s.name, a.id, s.stage, s.probability, current_date + s.closes, 'Good coffee', 'Our machines', 'Two offers are compared'
FROM season s JOIN crm.account a ON a.name = s.account;

INSERT INTO crm.opportunity_line (opportunity_id, product_id, quantity)
SELECT o.id, p.id, s.quantity
FROM season s JOIN crm.opportunity o USING (name) JOIN crm.product p ON p.code = s.product;

-- two of them won and one lost today,
SELECT crm.win(id) FROM crm.opportunity WHERE name IN ('Tasting room', 'Service contracts') \g /dev/null
SELECT crm.lose(id, 'Price', 'Bean Machines') FROM crm.opportunity WHERE name = 'Flagship store' \g /dev/null

-- and some that were closed before this database existed.
INSERT INTO crm.opportunity (name, account_id, stage, opened_at, estimated_close, closed_at, user_estimated_value, actual_value, lost_reason)
SELECT v.name, a.id, v.stage, current_date - v.opened, current_date - v.closed, current_date - v.closed, v.value,
    CASE v.stage WHEN 'won' THEN v.value END, CASE v.stage WHEN 'lost' THEN 'No budget' END
FROM (VALUES
        ('Roastery', 'Fourth Coffee', 'won', 80, 35, 29750.00), ('Gate 12 bar', 'Blue Yonder Airlines', 'won', 64, 20, 13780.00),
        ('Ski school', 'Alpine Ski House', 'lost', 70, 41, 8500.00), ('Day clinic', 'Lamna Healthcare', 'won', 41, 8, 6890.00),
        ('Call center', 'City Power & Light', 'lost', 52, 15, 20670.00)) AS v (name, account, stage, opened, closed, value)
    JOIN crm.account a ON a.name = v.account;

\echo The whole pipeline, 25 deals, of which two were won and one lost just now by the calls win and lose:
SELECT stage, deals, value, weighted_value, average_value FROM crm.pipeline_by_stage WHERE process = crm.default_process();
