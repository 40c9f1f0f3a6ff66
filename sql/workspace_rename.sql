-- A workspace whose schema is renamed goes on with its own tables, also when a new
-- one takes its old name.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_rename', 'EUR');
INSERT INTO workspace_rename.account (name) VALUES ('Fourth Coffee');
INSERT INTO workspace_rename.competitor (name) VALUES ('Bean Machines');
INSERT INTO workspace_rename.product (code, name) VALUES ('P', 'Product');
INSERT INTO workspace_rename.price_list_item (price_list_id, product_id, amount) VALUES (1, 1, 10);
SELECT workspace_rename.new_opportunity('Old', 'Fourth Coffee') AS deal \gset
SELECT workspace_rename.add_line(:deal, 'P');

ALTER SCHEMA workspace_rename RENAME TO workspace_renamed;
SELECT opportunity.create_workspace('workspace_rename', 'USD');
INSERT INTO workspace_rename.account (name) VALUES ('Another'), ('Fourth Coffee');
INSERT INTO workspace_rename.product (code, name) VALUES ('P', 'Another product');
INSERT INTO workspace_rename.price_list_item (price_list_id, product_id, amount) VALUES (1, 1, 99);
SELECT workspace_rename.new_opportunity('New', 'Another');
SELECT workspace_rename.add_line(1, 'P');

-- Totals and gates know their tables by name: until these are set right, writes are errors,
-- in this session and in a new one.
SELECT workspace_renamed.add_line(1, 'P', 2);
\c -
\set SHOW_CONTEXT never
SELECT workspace_renamed.add_line(1, 'P', 2);
UPDATE workspace_renamed.opportunity_line SET quantity = 2;
DELETE FROM workspace_renamed.opportunity_line;
UPDATE workspace_renamed.opportunity SET name = 'Older';
SELECT workspace_renamed.new_opportunity('Second', 'Fourth Coffee');
SELECT workspace_renamed.lose(1, 'Price');
SELECT * FROM opportunity.check_totals('workspace_renamed.opportunity');
SELECT workspace_renamed.attach_rules();

-- Then every call and every trigger means its own tables.
SELECT workspace_renamed.add_line(1, 'P', 2);
SELECT workspace_renamed.add_line(1, 'P', 4);
UPDATE workspace_renamed.opportunity_line SET price_per_unit = NULL WHERE quantity = 2;
SELECT workspace_renamed.new_opportunity('Second', 'Fourth Coffee') AS second \gset
UPDATE workspace_renamed.opportunity SET customer_need = 'need', proposed_solution = 'solution', decision_process = 'decision', estimated_close = '2027-01-01';
SELECT workspace_renamed.advance(1);
SELECT workspace_renamed.move_to(1, 'close');
SELECT workspace_renamed.move_back(1);
SELECT workspace_renamed.win(1);
SELECT workspace_renamed.reopen(1);
SELECT workspace_renamed.lose(1, 'Price', 'Bean Machines');
SELECT opportunity_id, name, account, stage, currency, value, winning_competitor FROM workspace_renamed.pipeline ORDER BY opportunity_id;
SELECT line_number, quantity, price_per_unit, net_amount FROM workspace_renamed.opportunity_line ORDER BY line_number;
SELECT opportunity_id, name, account, stage, currency, value, winning_competitor FROM workspace_rename.pipeline;
SELECT * FROM opportunity.check_totals('workspace_renamed.opportunity');
-- Each follows its own processes.
UPDATE workspace_rename.process SET definition = '{"stages": [{"name": "only"}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}';
SELECT workspace_renamed.advance(:second);
SELECT stage, probability FROM workspace_renamed.opportunity WHERE id = :second;
-- No function of a workspace keeps the name of its schema. (No rows.)
SELECT proname FROM pg_proc
WHERE pronamespace IN ('workspace_rename'::regnamespace, 'workspace_renamed'::regnamespace) AND proconfig::text LIKE '%workspace\_rename%';

-- The new one's rules are still there.
SELECT workspace_rename.add_line(1, 'P');
UPDATE workspace_rename.opportunity SET detail_amount = 1;
SELECT workspace_rename.advance(1);
SET client_min_messages = warning;
DROP SCHEMA workspace_rename, workspace_renamed CASCADE;
