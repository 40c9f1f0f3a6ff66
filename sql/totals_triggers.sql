-- Parents with everything an UPDATE heeds: the totals written without SQL leave what an UPDATE by SQL leaves.
-- Each table has a twin whose totals a plain trigger writes by UPDATE. What their triggers saw must be the same, too.
CREATE SCHEMA totals_triggers;
SET search_path = totals_triggers, opportunity;

CREATE DOMAIN cents AS numeric(12,2) CHECK (VALUE < 1000000);
CREATE TABLE seen (place serial, side text, event text, id integer, old_row text, new_row text, who text, path text, total_in_table text);
CREATE FUNCTION twice(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT 2 * $1';

-- Deals that SQL is not needed for, but the executor's parts are, and the same again for the reference.
CREATE FUNCTION make_deals(side text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
	EXECUTE format($sql$
		CREATE TABLE deals_%1$s (
			id integer PRIMARY KEY, gone integer, note text DEFAULT '', amount cents, items integer CHECK (items >= 0),
			amount_twice numeric GENERATED ALWAYS AS (2 * amount) STORED,
			touched integer NOT NULL DEFAULT 0, span int4range,
			UNIQUE (id, amount) DEFERRABLE INITIALLY DEFERRED,
			EXCLUDE USING btree (id WITH =, items WITH =));
		ALTER TABLE deals_%1$s DROP gone;
		CREATE INDEX ON deals_%1$s (twice(amount));
		CREATE INDEX ON deals_%1$s (amount) WHERE items > 2;
		CREATE TABLE lines_%1$s (id serial, deal_id integer REFERENCES deals_%1$s ON DELETE CASCADE, price numeric(12,2));
		CREATE INDEX ON lines_%1$s (deal_id);
		INSERT INTO deals_%1$s (id, items) SELECT n, 0 FROM generate_series(1, 20) AS n;
	$sql$, side);
END $make$;
SELECT make_deals('ours'), make_deals('theirs');

-- The reference: every statement adds all lines up, and writes what differs, in key order.
CREATE FUNCTION reference() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET enable_material = off SET enable_memoize = off AS $$
BEGIN
	PERFORM FROM deals_theirs ORDER BY id FOR NO KEY UPDATE;
	UPDATE deals_theirs AS d SET amount = CASE WHEN l.n > 0 THEN l.amount ELSE d.amount END, items = l.n
	FROM (SELECT d.id, count(l.deal_id) AS n, coalesce(sum(price), 0)::numeric(12,2) AS amount FROM deals_theirs d LEFT JOIN lines_theirs l ON l.deal_id = d.id GROUP BY d.id ORDER BY d.id) AS l
	WHERE d.id = l.id AND (d.items <> l.n OR (l.n > 0 AND d.amount IS DISTINCT FROM l.amount));
	RETURN NULL;
END $$;
CREATE TRIGGER reference AFTER INSERT OR UPDATE OR DELETE ON lines_theirs FOR EACH STATEMENT EXECUTE FUNCTION reference();
SELECT attach_totals('deals_ours', 'amount, items', 'lines_ours', 'deal_id', 'price, 1');

-- Both are given the same random statements; then their rows, and what their triggers saw, are compared.
CREATE FUNCTION compare(steps integer, OUT done integer, OUT refused integer, OUT fired bigint, OUT rows_differ bigint, OUT sights_differ bigint)
LANGUAGE plpgsql AS $$
DECLARE
	r integer; a integer; p numeric; n integer; statement text; side text; is_refused text[];
BEGIN
	TRUNCATE seen;
	done := 0; refused := 0;
	FOR i IN 1 .. steps LOOP
		r := floor(random() * 7); a := ceil(random() * 20); p := round((random() * 100)::numeric, 2); n := ceil(random() * 45);
		statement := CASE r
			WHEN 0 THEN format('INSERT INTO lines_%%1$s (deal_id, price) VALUES (%s, %s)', a, p)
			WHEN 1 THEN format('INSERT INTO lines_%%1$s (deal_id, price) SELECT 1 + (%s + k) %%%% 20, %s + k FROM generate_series(1, %s) k', a, p, n)
			WHEN 2 THEN format('UPDATE lines_%%1$s SET price = price + 1 WHERE deal_id BETWEEN %s AND %s', a, a + 3)
			WHEN 3 THEN format('UPDATE lines_%%1$s SET deal_id = 1 + (deal_id + %s) %%%% 20 WHERE id %%%% 7 = %s', n, a % 7)
			WHEN 4 THEN format('DELETE FROM lines_%%1$s WHERE deal_id = %s', a)
			WHEN 5 THEN format('DELETE FROM lines_%%1$s WHERE id %%%% 3 = %s', a % 3)
			WHEN 6 THEN format('INSERT INTO lines_%%1$s (deal_id, price) VALUES (%s, 2000000)', a)
			END;
		is_refused := '{}';
		FOREACH side IN ARRAY ARRAY['ours', 'theirs'] LOOP
			BEGIN
				EXECUTE format(statement, side);
			EXCEPTION WHEN check_violation OR raise_exception THEN
				is_refused := is_refused || (side || ' ' || SQLERRM);
			END;
		END LOOP;
		IF cardinality(is_refused) = 1 THEN
			RAISE EXCEPTION '% was refused by one side: %', statement, is_refused;
		END IF;
		done := done + 1;
		refused := refused + cardinality(is_refused) / 2;
	END LOOP;
	SELECT count(*) INTO rows_differ FROM (TABLE deals_ours EXCEPT ALL TABLE deals_theirs) d;
	SELECT count(*) INTO fired FROM seen s WHERE s.side = 'ours';
	SELECT count(*) INTO sights_differ FROM
		(SELECT row_number() OVER (ORDER BY place), event, id, old_row, new_row, who, path, total_in_table FROM seen s WHERE s.side = 'ours') o
		FULL JOIN (SELECT row_number() OVER (ORDER BY place), event, id, old_row, new_row, who, path, total_in_table FROM seen s WHERE s.side = 'theirs') t
		ON o = t WHERE o IS NULL OR t IS NULL;
END $$;

SELECT setseed(0.41);
SELECT rows_differ, refused > 0 AS some_refused FROM compare(80);
SELECT count(*) FROM check_totals('deals_ours') WHERE problem LIKE 'total %';

-- Triggers AFTER rows: for all columns, for one of the totals, for another column, with a condition, deferred, disabled, of replicas
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	present text;
BEGIN
	EXECUTE format('SELECT string_agg(d::text, '' '' ORDER BY id) FROM %I AS d WHERE id < 4', TG_TABLE_NAME) INTO present;
	INSERT INTO seen (side, event, id, old_row, new_row, who, path, total_in_table)
	SELECT split_part(TG_TABLE_NAME, '_', 2), concat_ws(' ', TG_WHEN, TG_LEVEL, TG_ARGV[0]),
		CASE WHEN TG_LEVEL = 'ROW' THEN NEW.id END, CASE WHEN TG_LEVEL = 'ROW' THEN OLD::text END,
		CASE WHEN TG_LEVEL = 'ROW' THEN NEW::text END, current_user, current_setting('search_path'), present;
	IF TG_ARGV[0] = 'touch' THEN NEW.touched = OLD.touched + 1; END IF;
	IF TG_ARGV[0] = 'skip' AND NEW.items = 3 THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
CREATE FUNCTION look_with(command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE replace(command, '%s', 'deals_ours');
	EXECUTE replace(command, '%s', 'deals_theirs');
END $$;
SELECT look_with('CREATE TRIGGER a_all AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION look(''all'')');
SELECT look_with('CREATE TRIGGER b_items AFTER UPDATE OF items ON %s FOR EACH ROW EXECUTE FUNCTION look(''items'')');
SELECT look_with('CREATE TRIGGER c_other AFTER UPDATE OF note ON %s FOR EACH ROW EXECUTE FUNCTION look(''note'')');
SELECT look_with('CREATE TRIGGER d_when AFTER UPDATE ON %s FOR EACH ROW WHEN (NEW.items > OLD.items AND NEW.amount_twice > 100) EXECUTE FUNCTION look(''when'')');
SELECT look_with('CREATE CONSTRAINT TRIGGER e_deferred AFTER UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look(''deferred'')');
SELECT look_with('CREATE TRIGGER f_disabled AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION look(''disabled'')');
SELECT look_with('ALTER TABLE %s DISABLE TRIGGER f_disabled');
SELECT look_with('CREATE TRIGGER g_replica AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION look(''replica'')');
SELECT look_with('ALTER TABLE %s ENABLE REPLICA TRIGGER g_replica');
SELECT fired > 50 AS fired, rows_differ, sights_differ, refused > 0 AS some_refused FROM compare(40);
SELECT DISTINCT event FROM seen ORDER BY event;

-- Before rows, some of which change what is written
SELECT look_with('CREATE TRIGGER h_before BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION look(''touch'')');
SELECT look_with('CREATE TRIGGER i_before BEFORE UPDATE OF amount ON %s FOR EACH ROW EXECUTE FUNCTION look(''amount'')');
SELECT look_with('CREATE TRIGGER j_before BEFORE UPDATE OF note ON %s FOR EACH ROW EXECUTE FUNCTION look(''note'')');
SELECT fired > 50 AS fired, rows_differ, sights_differ, refused > 0 AS some_refused FROM compare(40);
SELECT DISTINCT event FROM seen ORDER BY event;
SELECT sum(touched) > 20 AS touched FROM deals_ours;

-- Once for a statement, with the rows it changed
CREATE FUNCTION look_at_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen (side, event, old_row, new_row, who)
	SELECT split_part(TG_TABLE_NAME, '_', 2), 'rows', (SELECT string_agg(o::text, ' ' ORDER BY id) FROM old_rows o),
		(SELECT string_agg(n::text, ' ' ORDER BY id) FROM new_rows n), current_user;
	RETURN NULL;
END $$;
SELECT look_with('CREATE TRIGGER k_before BEFORE UPDATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION look(''statement'')');
SELECT look_with('CREATE TRIGGER l_after AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION look_at_rows()');
SELECT fired > 50 AS fired, rows_differ, refused > 0 AS some_refused FROM compare(30);
-- the reference's statement fires for no row, too
DELETE FROM seen WHERE event = 'BEFORE STATEMENT statement' OR (event = 'rows' AND new_row IS NULL);
SELECT count(*) FROM (SELECT event, id, old_row, new_row, who FROM seen WHERE side = 'ours' EXCEPT ALL SELECT event, id, old_row, new_row, who FROM seen WHERE side = 'theirs') AS d;
SELECT DISTINCT event FROM seen ORDER BY event;
SELECT count(*) FROM check_totals('deals_ours') WHERE problem LIKE 'total %';

-- A trigger that cancels an update is told so; one that writes the row being written, too
SELECT look_with('CREATE TRIGGER m_skip BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION look(''skip'')');
DELETE FROM lines_ours;
INSERT INTO lines_ours (deal_id, price) VALUES (1, 1), (2, 1), (2, 1);
INSERT INTO lines_ours (deal_id, price) VALUES (1, 1), (1, 1);
DROP TRIGGER m_skip ON deals_ours;
CREATE FUNCTION write_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.note IS NOT DISTINCT FROM OLD.note THEN
		UPDATE deals_ours SET note = note || 'x' WHERE id = CASE TG_ARGV[0] WHEN 'own' THEN NEW.id ELSE NEW.id + 1 END;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER n_own BEFORE UPDATE ON deals_ours FOR EACH ROW EXECUTE FUNCTION write_note('own');
INSERT INTO lines_ours (deal_id, price) VALUES (1, 1);
DROP TRIGGER n_own ON deals_ours;
-- one that writes a row still to come is told that its total is not right yet; where that is put right, what it writes is kept
CREATE TRIGGER n_next BEFORE UPDATE ON deals_ours FOR EACH ROW EXECUTE FUNCTION write_note('next');
INSERT INTO lines_ours (deal_id, price) VALUES (4, 1), (5, 1), (6, 1);
SELECT attach_totals('deals_ours', 'amount, items', 'lines_ours', 'deal_id', 'price, 1', outside_writes => 'ignore');
INSERT INTO lines_ours (deal_id, price) VALUES (4, 1), (5, 1), (6, 1);
SELECT id, note, amount, items FROM deals_ours WHERE id BETWEEN 4 AND 7 ORDER BY id;
DROP TRIGGER n_next ON deals_ours;
SELECT count(*) FROM check_totals('deals_ours') WHERE problem LIKE 'total %';

-- Totals of totals: accounts of deals of lines
CREATE TABLE accounts (id integer PRIMARY KEY, amount numeric(14,2));
INSERT INTO accounts SELECT generate_series(0, 3);
ALTER TABLE deals_ours ADD account_id integer REFERENCES accounts;
UPDATE deals_ours SET account_id = id % 4;
CREATE INDEX ON deals_ours (account_id);
SELECT attach_totals('accounts', 'amount', 'deals_ours', 'account_id', 'amount', when_empty => 'zero');
INSERT INTO lines_ours (deal_id, price) SELECT 1 + n % 20, n FROM generate_series(1, 100) AS n;
DELETE FROM lines_ours WHERE deal_id IN (4, 8);
SELECT a.id, a.amount = sum(d.amount) AS right FROM accounts a JOIN deals_ours d ON d.account_id = a.id GROUP BY a.id ORDER BY a.id;
SELECT count(*) FROM check_totals('accounts') WHERE problem LIKE 'total %';

-- A read-only transaction writes temporary lines, but no deals
CREATE TEMPORARY TABLE drafts (deal_id integer, price numeric(12,2));
CREATE INDEX ON drafts (deal_id);
CREATE TABLE drafted (id integer PRIMARY KEY, amount numeric(12,2));
INSERT INTO drafted VALUES (1);
SELECT attach_totals('drafted', 'amount', 'drafts', 'deal_id', 'price');
BEGIN READ ONLY;
INSERT INTO drafts VALUES (1, 1);
ROLLBACK;
DROP TABLE drafts CASCADE;

SET client_min_messages = warning;
DROP SCHEMA totals_triggers CASCADE;
