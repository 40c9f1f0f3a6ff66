-- Line items and the opportunity's total: published examples, missing values,
-- rounding, errors, and the ways clients call them.
CREATE SCHEMA revenue_line;
SET search_path = revenue_line, opportunity;

-- Published examples, or derived from a published rule: L1 MicrosoftDocs product-discounting-methods,
-- L3 configure-product-catalog-settings; L4, L6 magnetismsolutions.com 2018/11/15, Discount
-- Calculation Method; L7 experience.dynamics.com, idea 787905c9; L8 help.hubdo.com, HubSpot's line
-- item net pricing; L11 SuiteCRM issue 10811; L12 frappe/crm issue 791; L13 learn.microsoft.com
-- question 1689810; T1 community.dynamics.com, thread 154467; T2 magnetismsolutions.com 2018/07/27,
-- Manual Discounts; T3 MicrosoftDocs sample-calculate-price-plugin.
SELECT example, computed, published, computed = published AS ok
  FROM (VALUES
	('L1: 200 at 100, manual discount 10', net_amount(200, 100, 0, 10), 19990),
	('L3: 11 at 100, manual discount 10', net_amount(11, 100, 0, 10), 1090),
	('L4: 10 at 1000, volume discount 100, manual 100: net', net_amount(10, 1000, 100, 100), 8900),
	('L4: with 15 % tax: extended', extended_amount(10, 1000, 100, 100, 1335), 10235),
	('L6: three such lines, no tax', 3 * net_amount(10, 1000, 100, 100), 26700),
	('L7: 10 at 25.20 less 19.05 %, unit not rounded', line_amount(10, 25.20, 19.05), 203.99),
	('L7: the same with a rounded unit price', line_amount(10, round_amount(25.20 * (1 - 0.1905))), 204.00),
	('L8: 10 at 234.56, 20 % on the line', line_amount(10, 234.56, 20), 1876.48),
	('L8: 20 % on the unit', line_amount(10, line_amount(1, 234.56, 20)), 1876.50),
	('L11: 9.5 at 124.75, half up', line_amount(9.5, 124.75), 1185.13),
	('L12: 5 at 100 and 3 at 200 less 10 %', line_amount(5, 100) + line_amount(3, 200, 10), 1040),
	('L13: 501 at 150 with a volume discount of 10 %', base_amount(501, 150, 15), 67635),
	('T1: five lines', net_amount(1, 20) + net_amount(1, 500, 0, 100) + net_amount(1, 100) + net_amount(1, 300, 0, 10) + net_amount(1, 80, 0, 10), 880),
	('T2: 10 % of 880', 880 - opportunity_total(880, 10), 88),
	('T2: 880 less 10 % less 50', opportunity_total(880, 10, 50), 742),
	('T2: 880 less 10 % less 50, freight 30, tax 44', opportunity_total(880, 10, 50, 30, 44), 816),
	('T3: 1000, no discount, 10 % tax', opportunity_total(1000, 0, 0, 0, 100), 1100),
	('T3: 2000 less 5 %, 10 % tax of the rest', opportunity_total(2000, 5, 0, 0, 190), 2090),
	('T3: 5000 less 10 %, 10 % tax of the rest', opportunity_total(5000, 10, 0, 0, 450), 4950),
	('T3: 6000 less 10 %, 8 % tax of the rest', opportunity_total(6000, 10, 0, 0, 432), 5832)
  ) AS v(example, computed, published);
-- T4: lines are rounded before they are added, so the sum is that of the lines shown;
-- Salesforce adds them as they are (help.salesforce.com, article 000385918)
SELECT net_amount(1, 0.335) AS line, 3 * net_amount(1, 0.335) AS three, round_amount(3 * net_amount(1, 0.335, scale => 3)) AS salesforce;

-- A missing discount, freight or tax is none; a missing quantity or price gives no amount.
SELECT base_amount(2, 10, NULL), net_amount(2, 10, NULL, NULL), extended_amount(2, 10, NULL, NULL, NULL),
       line_amount(2, 10, NULL), opportunity_total(20, NULL, NULL, NULL, NULL);
SELECT base_amount(NULL, 10), base_amount(2, NULL), net_amount(NULL, 10), net_amount(2, NULL), extended_amount(NULL, 10), extended_amount(2, NULL),
       line_amount(NULL, 10), line_amount(2, NULL), opportunity_total(NULL);
SELECT base_amount(2, 10, 0, NULL), net_amount(2, 10, 0, 0, NULL), extended_amount(2, 10, 0, 0, 0, NULL), line_amount(2, 10, 0, NULL), opportunity_total(20, 0, 0, 0, 0, NULL);

-- Credits: negative quantities, prices and results.
SELECT net_amount(-2, 10.005), net_amount(2, -10.005, 0, 1), net_amount(1, 5, 10, 2.50), line_amount(-1, 0.005), base_amount(-1, 0.001);

-- The whole is rounded once. The figures add up as shown, base - manual discount =
-- net and net + tax = extended, on every line with a positive amount left.
SELECT base_amount(1, 0.005) AS base, net_amount(1, 0.005, 0, 0.01) AS net, round(1 * 0.005 - 0.01, 2) AS rounded_once,
       extended_amount(1, 0.005, 0, 0.01, -0.01) AS extended;
SELECT count(*) AS lines,
       count(*) FILTER (WHERE base > md AND base - md <> net) AS net_does_not_add_up,
       count(*) FILTER (WHERE net > 0 AND net + tax <> extended) AS extended_does_not_add_up,
       count(*) FILTER (WHERE base > md) AS with_amount_left
  FROM (SELECT q, p, md, tax, base_amount(q, p) AS base, net_amount(q, p, 0, md) AS net, extended_amount(q, p, 0, md, tax) AS extended
          FROM (SELECT n * 0.001 AS q, p, md, tax FROM generate_series(-300, 300) AS n, unnest(ARRAY[0.5, 1, 1.25, -7.15]) AS p,
                       unnest(ARRAY[0, 0.01, 0.37, 2]) AS md, unnest(ARRAY[0, 0.01, 0.99]) AS tax) AS l) AS a;
-- A discount with more decimals than the scale is rounded in.
SELECT net_amount(1, 10, 0, 0.005) AS half_cent_off, net_amount(1, 10, 0, 0.0049), extended_amount(1, 10, 0, 0, 0.005);

-- Scales: whole yen, mills, tens.
SELECT base_amount(3, 33.335, 0, 0) AS yen, base_amount(3, 33.335, scale => 3) AS mills, base_amount(3, 33.335, scale => -1) AS tens,
       net_amount(3, 33.335, 0, 4, -1) AS net_tens, opportunity_total(105, 10, scale => -1) AS total_tens, line_amount(1, 55, 0, -1);
SELECT base_amount(1, 1, 0, 20);

-- Percentages are from 0 to 100.
SELECT line_amount(1, 80, 0), line_amount(1, 80, 100), line_amount(1, 80, 12.5), line_amount(3, 1, 33.333333333333333333333333333);
CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT call, e.*
  FROM (VALUES ('line_amount(1, 80, 100.0001)'), ('line_amount(1, 80, -0.0001)'), ('line_amount(1, 80, ''NaN'')'), ('line_amount(1, 80, ''Infinity'')'),
			   ('line_amount(1, 80, 100.00000000000000000000000001)'), ('line_amount(1, 80, -1e-30)'),
			   ('opportunity_total(80, 101)'), ('opportunity_total(80, -1)'), ('opportunity_total(''NaN'', ''NaN'')'),
			   ('base_amount(1, 1, 0, 21)'), ('net_amount(1, 1, 0, 0, -21)'), ('extended_amount(1, 1, 0, 0, 0, 2147483647)'),
			   ('line_amount(1, 1, 0, -2147483648)'), ('opportunity_total(1, 0, 0, 0, 0, 21)'),
			   ('line_amount(1, 1, 1e100000)'), ('opportunity_total(1, -1e-16000)'),
			   ('net_amount(''1e100000'', ''1e100000'')')) AS v(call), error_of(call) AS e;
-- No percentage of an infinite amount is still infinite.
SELECT opportunity_total('Infinity'), opportunity_total('-Infinity', 0), opportunity_total('Infinity', 10), opportunity_total('Infinity', 0, 'Infinity');

-- As clients call them: untyped literals, untyped parameters, by name.
SELECT round_amount('2.345'), round_amount('2.345', '1', 'down'), line_amount('2', '10'), line_amount('2', '10', '5', '1'), base_amount('2', '10'), base_amount('2', '10', '1', '1'),
       net_amount('2', '10'), net_amount('2', '10', '1', '3', '1'), extended_amount('2', '10'), extended_amount('2', '10', '1', '3', '2', '1'),
       opportunity_total('20'), opportunity_total('20', '10', '1', '3', '2', '1'), minor_unit('EUR');
SELECT revenue('2', '10'), revenue('2', '10', '1', '3');
PREPARE round_it AS SELECT round_amount($1), round_amount($2, $3, $4);
EXECUTE round_it('2.345', '2.345', 1, 'down');
PREPARE amounts AS SELECT line_amount($1, $2), base_amount($1, $2, $3), net_amount($1, $2, $3, $4), extended_amount($1, $2, $3, $4, $5), opportunity_total($2, $3, $4, $5);
EXECUTE amounts('2', '10', '1', '3', '2');
PREPARE aggregates AS SELECT revenue($1, $2), revenue($1, $2, $3, $4);
EXECUTE aggregates('2', '10', '1', '3');
PREPARE unit AS SELECT minor_unit($1);
EXECUTE unit('JPY');
SELECT extended_amount(quantity => 2, price_per_unit => 10, tax => 3), line_amount(unit_price => 10, quantity => 2, discount_percent => 5),
       opportunity_total(detail => 100, tax => 7, freight => 3, discount_amount => 10);

-- In generated columns, indexes and constraints.
CREATE TABLE item (
	quantity numeric(19,5), price numeric(18,6), volume_discount numeric, discount numeric,
	amount numeric(18,2) GENERATED ALWAYS AS (net_amount(quantity, price, volume_discount, discount)) STORED,
	CHECK (base_amount(quantity, price) < 1000000)
);
CREATE INDEX ON item (base_amount(quantity, price));
INSERT INTO item VALUES (3, 19.99, NULL, 5), (2.12345, 100.123456, 0.5, NULL), (NULL, 1, 0, 0);
SELECT * FROM item;
INSERT INTO item VALUES (1000, 1000);
