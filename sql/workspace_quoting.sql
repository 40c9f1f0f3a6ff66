-- Names that need quotes, and two workspaces in one database.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('My CRM');
SELECT opportunity.create_workspace('it''s "odd", isn''t it', 'EUR');
CREATE FUNCTION pg_temp.sell(workspace text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('INSERT INTO %I.account (name) VALUES (%L)', workspace, workspace);
    EXECUTE format('INSERT INTO %I.product (code, name) VALUES (''P'', ''Product'')', workspace);
    EXECUTE format('INSERT INTO %1$I.price_list_item (price_list_id, product_id, amount) SELECT l.id, p.id, length(l.currency || %1$L) FROM %1$I.price_list l, %1$I.product p', workspace);
    EXECUTE format('SELECT %1$I.new_opportunity(''Deal'', %1$L)', workspace);
    EXECUTE format('SELECT %I.add_line(1, ''P'', 100)', workspace);
    EXECUTE format('UPDATE %I.opportunity SET customer_need = ''need'', proposed_solution = ''solution'', decision_process = ''decision'', estimated_close = ''2027-01-01''', workspace);
    EXECUTE format('SELECT %I.advance(1)', workspace);
    EXECUTE format('SELECT %I.move_to(1, ''close'')', workspace);
    EXECUTE format('SELECT %I.move_back(1)', workspace);
    EXECUTE format('SELECT %I.win(1)', workspace);
    EXECUTE format('SELECT %I.reopen(1)', workspace);
    EXECUTE format('SELECT %I.lose(1, ''Price'')', workspace);
    EXECUTE format('SELECT concat_ws('', '', account, name, stage, currency, value) FROM %I.pipeline', workspace) INTO result;
    RETURN result;
END $$;
SELECT pg_temp.sell('My CRM');
SELECT pg_temp.sell('it''s "odd", isn''t it');
-- Neither knows of the other.
SELECT (SELECT count(*) FROM "My CRM".opportunity) AS my_crm, (SELECT count(*) FROM "it's ""odd"", isn't it".opportunity) AS odd,
    "My CRM".base_currency(), "it's ""odd"", isn't it".base_currency() AS odd_currency;
SET client_min_messages = warning;
DROP SCHEMA "My CRM" CASCADE;
SELECT "it's ""odd"", isn't it".advance("it's ""odd"", isn't it".new_opportunity('Second', NULL));
DROP SCHEMA "it's ""odd"", isn't it" CASCADE;
