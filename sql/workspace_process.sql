-- The workspace's calls along the default process: gates, won, lost, reopened, imported.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_process');
SET search_path = workspace_process;
SET datestyle = 'ISO';
INSERT INTO account (name) VALUES ('Fourth Coffee');
INSERT INTO competitor (name) VALUES ('Bean Machines');
INSERT INTO product (code, name) VALUES ('CAFE-S100', 'Café S-100 semiautomatic');
INSERT INTO price_list_item (price_list_id, product_id, amount) SELECT l.id, p.id, 4250 FROM price_list l, product p;

-- A new opportunity stands at the first stage; its score is the stage's probability.
SELECT new_opportunity('Espresso bar', 'Fourth Coffee', estimated_close => '2027-03-31') AS deal \gset
SELECT add_line(:deal, 'CAFE-S100', 2) AS line \gset
CREATE VIEW deals AS
SELECT id, stage, outcome, probability, score, forecast_category, estimated_value, actual_value,
    stage_entered_at IS NOT NULL AS entered, closed_at IS NOT NULL AS closed
FROM opportunity ORDER BY id;
SELECT * FROM deals;

-- The gate names what is missing, and lets pass once it is there.
SELECT advance(:deal);
UPDATE opportunity SET customer_need = ' ' WHERE id = :deal;
SELECT advance(:deal);
UPDATE opportunity SET customer_need = 'Coffee for 60' WHERE id = :deal;
SELECT advance(:deal);
-- The same rule for whoever writes the column, and for moves that skip stages.
UPDATE opportunity SET stage = 'close' WHERE id = :deal;
SELECT move_to(:deal, 'propose');
SELECT win(:deal);
UPDATE opportunity SET stage = 'negotiate' WHERE id = :deal;
UPDATE opportunity SET proposed_solution = 'Two S-100', decision_process = 'The owner decides' WHERE id = :deal;
SELECT move_to(:deal, 'close');
SELECT * FROM deals;
SELECT move_back(:deal);
SELECT * FROM deals;

-- Won: the actual value is the estimate unless another is given; then it stands.
SELECT win(:deal);
SELECT * FROM deals;
SELECT win(:deal, 8400);
SELECT reopen(:deal);
SELECT win(:deal, 8400);
SELECT * FROM deals;
SELECT move_back(:deal);
SELECT advance(:deal);
SELECT lose(:deal, 'Price');
UPDATE opportunity SET actual_value = NULL WHERE id = :deal;
SELECT actual_value FROM opportunity WHERE id = :deal;
-- Reopened, it is where it was; lost, it needs a reason, and names the competitor.
SELECT reopen(:deal);
SELECT * FROM deals;
SELECT reopen(:deal);
SELECT lose(:deal, NULL);
SELECT lose(:deal, 'Price', 'Bean Company');
SELECT lose(:deal, 'Price', 'Bean Machines');
SELECT * FROM deals;
SELECT o.lost_reason, c.name AS winning_competitor FROM opportunity o JOIN competitor c ON c.id = o.winning_competitor_id;
SELECT reopen(:deal);
SELECT stage, lost_reason, winning_competitor_id FROM opportunity;
SELECT move_to(:deal, 'qualify');
SELECT move_back(:deal);

-- A probability given in the same statement stays, and the score follows it; a score of
-- a person's stands by itself.
UPDATE opportunity SET stage = 'develop', probability = 42.5 WHERE id = :deal;
SELECT * FROM deals;
UPDATE opportunity SET score = 77, score_source = 'manual' WHERE id = :deal;
SELECT move_to(:deal, 'propose');
SELECT probability, score, score_source FROM opportunity;

-- The outcome follows from the stage, and only closed deals have a closing time.
UPDATE opportunity SET outcome = 'won', closed_at = now() WHERE id = :deal;
UPDATE opportunity SET stage = NULL WHERE id = :deal;
SELECT * FROM deals;

-- Deals closed elsewhere are imported as they are, dates and all.
COPY opportunity (name, stage, opened_at, closed_at, user_estimated_value, actual_value, lost_reason, estimated) FROM STDIN (DELIMITER '|', NULL '');
Won in 2020|won|2020-01-01|2020-03-01|100|110||
Won at the estimate|won|2020-01-01|2020-04-01|200|||
Lost in 2020|lost|2020-01-01|2020-05-01|300||No budget|user_estimated_value
\.
SELECT name, stage, outcome, probability, score, closed_at::date, estimated_value, actual_value
FROM opportunity WHERE id > :deal ORDER BY id;
-- What is given stays, but for an outcome that is not the stage's.
BEGIN;
COPY opportunity (name, stage, outcome, probability, closed_at, actual_value, lost_reason) FROM STDIN (DELIMITER '|', NULL '');
Won|won|won|97.5|2020-03-01|100|
Won, said to be lost|won|lost||2020-03-02|100|
Lost, said to be open|lost|open|12|2020-03-03||No budget
Open, said to be won|develop|won|35|2020-03-04||
\.
INSERT INTO opportunity (name, stage, outcome, probability, closed_at, lost_reason) VALUES ('Lost', 'lost', 'lost', 3, '2020-03-05', 'No budget');
SELECT name, stage, outcome, probability, score, closed_at::date FROM opportunity WHERE closed_at < '2020-03-31' OR name LIKE '%, said to be%' ORDER BY id;
UPDATE opportunity SET outcome = 'open', probability = 50, closed_at = '2020-12-31' WHERE name = 'Won';
SELECT stage, outcome, probability, closed_at::date FROM opportunity WHERE name = 'Won';
ROLLBACK;
INSERT INTO opportunity (name, stage) VALUES ('Won for nothing', 'won');
INSERT INTO opportunity (name, stage) VALUES ('Lost without a reason', 'lost');
SELECT id AS imported FROM opportunity WHERE name = 'Lost in 2020' \gset
SELECT reopen(:imported);
SELECT stage, outcome, closed_at FROM opportunity WHERE id = :imported;

-- A process of one's own is a row, edited as text; other deals go on as before.
INSERT INTO process (name, definition) VALUES ('Reseller', '{"stages": [{"name": "offer", "probability": 50}, {"name": "sold", "outcome": "won"}]}');
SELECT new_opportunity('For resale', 'Fourth Coffee', process => 'Reseller') AS resale \gset
SELECT advance(:resale);
SELECT stage, outcome FROM opportunity WHERE id = :resale;
SELECT lose(:resale, 'Price');
UPDATE process SET name = 'Partner' WHERE name = 'Reseller';
SELECT process, stage FROM opportunity WHERE id = :resale;

-- What does not exist.
SELECT new_opportunity('Espresso bar', 'Fifth Coffee');
SELECT new_opportunity('Espresso bar', 'Fourth Coffee', process => 'Unknown');
SELECT new_opportunity('Espresso bar', 'Fourth Coffee', currency => 'ABC');
SELECT advance(999);
SELECT move_to(999, 'won');
SELECT move_back(999);
SELECT win(999);
SELECT lose(999, 'Price');
SELECT reopen(999);

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_process CASCADE;
