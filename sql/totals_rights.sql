-- Who writes totals: the parent's owner, with his consent, whoever writes the lines.
SET ROLE NONE;
CREATE ROLE regress_owner;
CREATE ROLE regress_lines;
CREATE ROLE regress_writer;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_owner, regress_lines', current_database()) \gexec
SET ROLE regress_owner;
CREATE SCHEMA totals_rights;
CREATE TABLE totals_rights.deals (id bigint PRIMARY KEY, amount numeric(12,2), changed_by name);
INSERT INTO totals_rights.deals VALUES (1, 10), (2, 20);
ALTER TABLE totals_rights.deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE totals_rights.deals FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON totals_rights.deals USING (false);
GRANT USAGE ON SCHEMA totals_rights TO regress_lines;
GRANT REFERENCES, TRIGGER ON totals_rights.deals TO regress_lines;

-- The lines belong to somebody else, who may not read the deals
SET ROLE regress_lines;
CREATE SCHEMA totals_lines;
CREATE TABLE totals_lines.items (deal_id bigint, price numeric, owner name DEFAULT current_user);
CREATE INDEX ON totals_lines.items (deal_id);
ALTER TABLE totals_lines.items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON totals_lines.items USING (owner = current_user);
GRANT USAGE ON SCHEMA totals_lines TO regress_writer;
GRANT SELECT, INSERT, DELETE ON totals_lines.items TO regress_writer;
GRANT TRIGGER ON totals_lines.items TO regress_owner;
SELECT opportunity.attach_totals('totals_rights.deals', 'amount', 'totals_lines.items', 'deal_id', 'price');

-- A writer without any right on the deals, who sees his own lines alone, keeps totals of all lines
SET ROLE regress_writer;
INSERT INTO totals_lines.items VALUES (1, 100), (2, 200);
SET ROLE regress_lines;
INSERT INTO totals_lines.items VALUES (1, 1);
SET ROLE regress_writer;
DELETE FROM totals_lines.items WHERE deal_id = 2;
INSERT INTO totals_lines.items VALUES (1, 1000);
SELECT * FROM totals_lines.items;
SET ROLE NONE;
SELECT id, amount FROM totals_rights.deals ORDER BY id;

-- Triggers on the parent run as its owner during the update, as in a foreign key's action
CREATE FUNCTION totals_rights.stamp() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.changed_by := current_user; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON totals_rights.deals FOR EACH ROW EXECUTE FUNCTION totals_rights.stamp();
SET ROLE regress_writer;
INSERT INTO totals_lines.items VALUES (2, 2);
SELECT current_user;
SET ROLE NONE;
SELECT * FROM totals_rights.deals ORDER BY id;

-- A trigger on one's own table is no consent to write to somebody else's
SET ROLE NONE;
CREATE SCHEMA totals_mine AUTHORIZATION regress_writer;
SET ROLE regress_writer;
CREATE TABLE totals_mine.mine (deal_id bigint, price numeric);
CREATE TRIGGER steal AFTER INSERT ON totals_mine.mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT
	EXECUTE FUNCTION opportunity.maintain_totals('totals_rights.deals', 'amount', 'totals_mine.mine', 'deal_id', 'price', '', 'keep', 'refuse', 'id');
INSERT INTO totals_mine.mine VALUES (1, 1);

-- Only the parent's owner may have all its totals read
SET ROLE regress_owner;
GRANT USAGE ON SCHEMA totals_rights TO regress_writer;
SET ROLE regress_writer;
SELECT opportunity.check_totals('totals_rights.deals');
SELECT opportunity.rebuild_totals('totals_rights.deals');
SELECT opportunity.attach_totals('totals_rights.deals', 'amount', 'totals_mine.mine', 'deal_id', 'price');
SET ROLE regress_owner;
SELECT * FROM opportunity.check_totals('totals_rights.deals');
SELECT opportunity.rebuild_totals('totals_rights.deals');

-- Nor does the right to make triggers let a function of one's own run as the tables' owner
SET ROLE regress_lines;
GRANT TRIGGER ON totals_lines.items TO regress_writer;
SET ROLE regress_owner;
GRANT TRIGGER ON totals_rights.deals TO regress_writer;
SET ROLE regress_writer;
GRANT USAGE ON SCHEMA totals_mine TO PUBLIC;
CREATE FUNCTION totals_mine.evil(numeric) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'running as %', current_user; RETURN $1; END $$;
SELECT opportunity.attach_totals('totals_rights.deals', 'amount', 'totals_lines.items', 'deal_id', 'totals_mine.evil(price)');
SELECT opportunity.attach_totals('totals_rights.deals', 'amount', 'totals_lines.items', 'deal_id', 'price * totals_mine.evil(1)');
CREATE TRIGGER evil AFTER INSERT OR UPDATE ON totals_rights.deals FOR EACH ROW
	EXECUTE FUNCTION opportunity.guard_totals('totals_rights.deals', 'amount', 'totals_lines.items', 'deal_id', 'totals_mine.evil(price)', '', 'keep', 'refuse', 'id');
CREATE TRIGGER evil AFTER INSERT ON totals_lines.items REFERENCING NEW TABLE AS n FOR EACH STATEMENT
	EXECUTE FUNCTION opportunity.maintain_totals('totals_rights.deals', 'amount', 'totals_lines.items', 'deal_id', 'totals_mine.evil(price)', '', 'keep', 'refuse', 'id');
SET ROLE regress_lines;
INSERT INTO totals_lines.items VALUES (1, 7);

SET ROLE NONE;
DROP SCHEMA totals_mine CASCADE;
DROP SCHEMA totals_lines CASCADE;
DROP SCHEMA totals_rights CASCADE;
DROP OWNED BY regress_writer, regress_lines, regress_owner;
DROP ROLE regress_writer, regress_lines, regress_owner;
RESET ROLE;
