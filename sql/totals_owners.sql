-- Two owners: a table that takes the name of one that was attached, with triggers
-- that say the same, neither reads the other's lines nor writes its totals.
SET ROLE NONE;
CREATE ROLE regress_owner;
CREATE ROLE regress_stranger;
CREATE SCHEMA totals_owners;
GRANT USAGE, CREATE ON SCHEMA totals_owners TO regress_owner, regress_stranger;
SET search_path = totals_owners, opportunity;
\set VERBOSITY terse

SET ROLE regress_owner;
CREATE TABLE deals (id integer PRIMARY KEY, amount numeric);
CREATE TABLE lines (deal_id integer, price numeric);
CREATE INDEX ON lines (deal_id);
INSERT INTO deals VALUES (1);
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price');
INSERT INTO lines VALUES (1, 100);

-- The deals are dropped, and their name is taken
DROP TABLE deals;
SET ROLE regress_stranger;
CREATE TABLE deals (id integer PRIMARY KEY, amount numeric);
CREATE TRIGGER guard AFTER INSERT OR UPDATE ON deals FOR EACH ROW
	EXECUTE FUNCTION guard_totals('totals_owners.deals', 'amount', 'totals_owners.lines', 'deal_id', 'price', '', 'keep', 'refuse', 'id');
INSERT INTO deals VALUES (1);
GRANT TRIGGER ON deals TO PUBLIC;
INSERT INTO deals VALUES (1);
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price');
SELECT check_totals('deals');
SELECT rebuild_totals('deals');
SET ROLE regress_owner;
INSERT INTO lines VALUES (1, 1000);
\set VERBOSITY default
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price');
\set VERBOSITY terse
SELECT * FROM deals;
SET ROLE regress_stranger;
SELECT * FROM deals;
DROP TABLE deals;
SET ROLE regress_owner;

-- The lines are dropped, and theirs is taken
CREATE TABLE deals (id integer PRIMARY KEY, amount numeric);
INSERT INTO deals VALUES (1);
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price');
SELECT * FROM deals;
DROP TABLE lines;
SET ROLE regress_stranger;
CREATE TABLE lines (deal_id integer, price numeric);
CREATE INDEX ON lines (deal_id);
GRANT TRIGGER ON lines TO regress_owner;
CREATE TRIGGER maintain AFTER INSERT ON lines REFERENCING NEW TABLE AS n FOR EACH STATEMENT
	EXECUTE FUNCTION maintain_totals('totals_owners.deals', 'amount', 'totals_owners.lines', 'deal_id', 'price', '', 'keep', 'refuse', 'id');
INSERT INTO lines VALUES (1, 5);
SET ROLE regress_owner;
SELECT * FROM deals;
UPDATE deals SET amount = 5;

-- By the right to make triggers on each other's tables they keep totals together, for as long as they have it
GRANT TRIGGER ON deals TO regress_stranger;
SET ROLE regress_stranger;
INSERT INTO lines VALUES (1, 5);
SET ROLE regress_owner;
SELECT * FROM deals;
REVOKE TRIGGER ON deals FROM regress_stranger;
SET ROLE regress_stranger;
INSERT INTO lines VALUES (1, 5);
SET ROLE regress_owner;
GRANT TRIGGER ON deals TO regress_stranger;
SET ROLE regress_stranger;
REVOKE TRIGGER ON lines FROM regress_owner;
INSERT INTO lines VALUES (1, 5);
SET ROLE regress_owner;
SELECT * FROM deals;
-- and the one who has the other's rights anyway
SET ROLE NONE;
GRANT regress_stranger TO regress_owner;
SET ROLE regress_stranger;
INSERT INTO lines VALUES (1, 5);
SET ROLE regress_owner;
SELECT * FROM deals;
-- What is in the way can be taken away whoever it belongs to
REVOKE TRIGGER ON deals FROM regress_stranger;
SELECT detach_totals('deals', 'lines');
UPDATE deals SET amount = 5;

SET ROLE NONE;
DROP SCHEMA totals_owners CASCADE;
DROP ROLE regress_stranger, regress_owner;
RESET ROLE;
