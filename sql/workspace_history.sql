-- The history of opportunities, and rules that choose the process of a new one.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_history');
SET search_path = workspace_history;
INSERT INTO process (name, definition) VALUES
    ('Renewal', '{"stages": [{"name": "offer", "probability": 50}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}'),
    ('Large', '{"stages": [{"name": "board", "probability": 5}, {"name": "won", "outcome": "won"}]}');
INSERT INTO process_rule (position, process_id, condition) VALUES (10, 2, 'type = ''renewal'''), (20, 3, 'user_estimated_value >= 100000');
-- The first rule that fits, else the default process; a process that is named stands.
INSERT INTO opportunity (name, type, user_estimated_value, process) VALUES
    ('A renewal', 'renewal', 200000, NULL), ('A large one', 'new', 100000, NULL), ('Another', NULL, NULL, NULL), ('Named', 'renewal', 1, 'Large');
SELECT name, process, stage, probability FROM opportunity ORDER BY id;
SELECT new_opportunity('By the call', NULL) AS deal \gset
SELECT process FROM opportunity WHERE id = :deal;

-- What changed, also of what triggers compute.
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (1, 'Line', 150);
UPDATE opportunity_line SET price_per_unit = 175 WHERE opportunity_id = 1;
SELECT win(1);
SELECT event, column_name, old_value, new_value FROM opportunity_history WHERE opportunity_id = 1 AND event = 'update' ORDER BY id;
SELECT count(*) > 0 AS inserts, count(DISTINCT changed_by) AS writers FROM opportunity_history WHERE opportunity_id = 1 AND event = 'insert';
SELECT row_key, column_name, value FROM opportunity.history_as_of('opportunity') WHERE row_key = '1' AND column_name IN ('stage', 'actual_value', 'estimated_value') ORDER BY 2;
-- It is only appended to, and outlives the opportunity.
DELETE FROM opportunity_history;
DELETE FROM opportunity WHERE id = 1;
SELECT event, column_name, old_value FROM opportunity_history WHERE opportunity_id = 1 AND event = 'delete' AND column_name = 'stage';

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_history CASCADE;
