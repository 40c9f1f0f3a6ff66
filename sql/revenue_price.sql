-- Prices of price list items, and their rounding.
CREATE SCHEMA revenue_price;
SET search_path = revenue_price, opportunity;
SET datestyle = iso;

-- The six methods, by the formulas of Dynamics 365 (the example R7 is
-- derived from MicrosoftDocs, product-pricing-methods.md).
SELECT list_price('currency_amount', 49.90) AS amount,
       list_price('percent_of_list', percentage => 90, list_price => 217.50) AS percent_of_list,
       list_price('markup_current_cost', percentage => 25, current_cost => 80) AS markup_25,
       list_price('margin_current_cost', percentage => 20, current_cost => 80) AS margin_20,
       list_price('markup_standard_cost', percentage => 33.3333, standard_cost => 80.01) AS markup_33,
       list_price('margin_standard_cost', percentage => 25, standard_cost => 80) AS margin_25;
-- A method looks at what it needs and at nothing else.
SELECT list_price('currency_amount', 1, 'NaN', 'NaN', 'NaN', 'NaN') AS amount, list_price('markup_standard_cost', 'NaN', 10, 'NaN', 1) AS standard_cost,
       list_price('currency_amount', -5) AS credit, list_price('margin_current_cost', percentage => 99.99, current_cost => 1) AS widest_margin,
       list_price('percent_of_list', percentage => 0, list_price => 1) AS nothing, list_price('percent_of_list', percentage => 120, list_price => 10) AS surcharge,
       list_price('percent_of_list', percentage => 1000000000, list_price => 1) AS most;
-- Not rounded: the line is, once. L7 (experience.dynamics.com, idea 787905c9): 10 at 25.20 less 19.05
-- percent are 203.99, with a rounded unit 204.00.
SELECT price, base_amount(10, price) AS line, base_amount(10, round_amount(price)) AS unit
  FROM list_price('percent_of_list', percentage => 100 - 19.05, list_price => 25.20) AS price;

-- Published examples of rounding: R1 is of magnetismsolutions.com 2018/08/17, R2 to R5 of the
-- thread 5d73466f on social.microsoft.com, whose R3 says 3.00 by a slip; R6 follows from the rule.
SELECT example, computed, published, computed = published AS ok
  FROM (VALUES
	('R1: 217.39 up, ends in .00', round_price(217.39, 'up', 'ends_in', 0.00), 218.00),
	('R1: 217.39 down, ends in .00', round_price(217.39, 'down', 'ends_in', 0.00), 217.00),
	('R2: 3.56 down, ends in .00', round_price(3.56, 'down', 'ends_in', 0), 3.00),
	('R3: 4.23 down, ends in .00', round_price(4.23, 'down', 'ends_in', 0), 4.00),
	('R4: 2.88 nearest, ends in .99', round_price(2.88, 'nearest', 'ends_in', 0.99), 2.99),
	('R4: 3.02 nearest, ends in .99', round_price(3.02, 'nearest', 'ends_in', 0.99), 2.99),
	('R5: 3.65 up, multiple of .25', round_price(3.65, 'up', 'multiple_of', 0.25), 3.75),
	('R5: 2.87 up, multiple of .25', round_price(2.87, 'up', 'multiple_of', 0.25), 3.00),
	('R6: none', round_price(2.87, 'none', NULL, NULL), 2.87),
	('R6: no policy', round_price(2.87, NULL, 'ends_in', 0.99), 2.87),
	('R6: on the grid, up', round_price(2.99, 'up', 'ends_in', 0.99), 2.99),
	('R6: on the grid, down', round_price(2.75, 'down', 'multiple_of', 0.25), 2.75)
  ) AS v(example, computed, published);
-- R8 (formula rules of Odoo, product_pricelist_item.py): base list, discount 20 percent, to tens, surcharge -0.01.
SELECT price, round_price(price * 0.80, 'nearest', 'multiple_of', 10) - 0.01 AS odoo FROM unnest(ARRAY[100, 62]) AS price;
-- R9, likewise: base cost, discount -100 percent, at least 5 above the cost.
SELECT cost, greatest(list_price('markup_standard_cost', percentage => 100, standard_cost => cost), cost + 5) AS odoo FROM unnest(ARRAY[10, 2]) AS cost;

-- What Microsoft leaves open: the middle goes up; what ends in 9.99 comes every 10,
-- what ends in 99 every 100; below the first such price the first one stands.
SELECT price, policy, round_price(price, policy, 'ends_in', 0.99) AS "0.99", round_price(price, policy, 'ends_in', 0.5) AS "0.5",
       round_price(price, policy, 'ends_in', 9.99) AS "9.99", round_price(price, policy, 'ends_in', 99) AS "99",
       round_price(price, policy, 'multiple_of', 0.05) AS "x 0.05", round_price(price, policy, 'multiple_of', 12) AS "x 12"
  FROM unnest(ARRAY[12.995, 12.49, 18, 0.5, 0]) WITH ORDINALITY AS p(price, n), unnest(ARRAY['up', 'down', 'nearest']) WITH ORDINALITY AS o(policy, m)
 ORDER BY n, m;
-- Credits: the same prices with a minus, up is toward zero.
SELECT price, policy, round_price(price, policy, 'ends_in', 0.99) AS "0.99", round_price(price, policy, 'multiple_of', 5) AS "x 5"
  FROM unnest(ARRAY[-12.995, -0.5, -2.5]) WITH ORDINALITY AS p(price, n), unnest(ARRAY['up', 'down', 'nearest']) WITH ORDINALITY AS o(policy, m)
 ORDER BY n, m;
SELECT round_price('NaN', 'up', 'ends_in', 0.99), round_price('Infinity', 'down', 'multiple_of', 5), round_price(NULL, 'up', 'ends_in', 0.99),
       round_price(1e30 + 0.5, 'up', 'ends_in', 0.99) AS large, round_price(1e-30, 'up', 'multiple_of', 1e-29) = 1e-29 AS small;

-- Against the definition: all prices that end so or are multiples, the least that is
-- not below, the greatest that is not above, the closer of the two.
CREATE FUNCTION by_definition(x numeric, policy text, option text, a numeric) RETURNS numeric LANGUAGE sql AS $$
	WITH grid AS (SELECT CASE option WHEN 'multiple_of' THEN k * a
	                                 ELSE k * CASE WHEN a < 1 THEN 1 ELSE 10::numeric ^ length(trunc(a)::text) END + a END AS g
	                FROM generate_series(0, 700) AS k),
	     bounds AS (SELECT min(g) FILTER (WHERE g >= x) AS above, coalesce(max(g) FILTER (WHERE g <= x), min(g)) AS below FROM grid)
	SELECT CASE WHEN policy = 'up' OR (policy = 'nearest' AND above - x <= x - below) OR below > x THEN above ELSE below END FROM bounds
$$;
SELECT count(*) AS compared, count(*) FILTER (WHERE round_price(x, policy, option, a) IS DISTINCT FROM by_definition(x, policy, option, a)) AS wrong,
       count(*) FILTER (WHERE round_price(round_price(x, policy, option, a), policy, option, a) <> round_price(x, policy, option, a)) AS moved_again
  FROM (SELECT n * 0.145 + n % 3 * 0.0005 AS x FROM generate_series(0, 24) AS n) AS x, unnest(ARRAY['up', 'down', 'nearest']) AS policy,
       (VALUES ('ends_in', 0.99), ('ends_in', 0), ('ends_in', 0.29), ('ends_in', 2), ('ends_in', 4.95), ('multiple_of', 0.01), ('multiple_of', 0.29), ('multiple_of', 7)) AS o(option, a);

-- Errors name what is missing, with the number Dynamics gives it.
CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT call, e.*
  FROM (VALUES ('list_price(''currency_amount'')'), ('list_price(''percent_of_list'', percentage => 5)'), ('list_price(''percent_of_list'', list_price => 5)'),
			   ('list_price(''markup_current_cost'', percentage => 5, standard_cost => 1)'), ('list_price(''margin_standard_cost'', percentage => 5, current_cost => 1)'),
			   ('list_price(''margin_current_cost'', percentage => 100, current_cost => 1)'), ('list_price(''margin_standard_cost'', percentage => ''NaN'', standard_cost => 1)'),
			   ('list_price(''markup_current_cost'', percentage => -0.01, current_cost => 1)'), ('list_price(''markup_current_cost'', percentage => 100000, current_cost => 1)'),
			   ('list_price(''percent_of_list'', percentage => 1000000000.01, list_price => 1)'),
			   ('list_price(''currency_amount'', ''Infinity'')'), ('list_price(''percent_of_list'', percentage => 1, list_price => ''NaN'')'),
			   ('list_price(''markup_current_cost'', percentage => 1, current_cost => ''Infinity'')'), ('list_price(''margin_standard_cost'', percentage => 1, standard_cost => ''NaN'')'),
			   ('list_price(''cost_plus'')'), ('list_price('''')'), ('list_price(NULL)'),
			   ('round_price(1, ''up'', NULL, 1)'), ('round_price(1, ''up'', ''ends_in'', NULL)'), ('round_price(1, ''sideways'', ''ends_in'', 1)'), ('round_price(1, ''up'', ''begins_in'', 1)'),
			   ('round_price(1, ''up'', ''multiple_of'', 0)'), ('round_price(1, ''up'', ''ends_in'', -0.01)'), ('round_price(1, ''up'', ''multiple_of'', ''NaN'')'),
			   ('round_price(1, ''up'', ''ends_in'', 100000000000001)')) AS v(call), error_of(call) AS e;
SELECT round_price(1, 'up', 'ends_in', 100000000000000), round_price(1, 'up', 'multiple_of', 100000000000000);

-- As clients call them.
PREPARE price AS SELECT list_price($1, $2, $3, $4, $5, $6), round_price($2, $7, $8, $9);
EXECUTE price('percent_of_list', 12.30, 50, 10, NULL, NULL, 'nearest', 'multiple_of', 0.5);
SELECT list_price('percent_of_list', '1', '50', '10'), round_price('12.30', 'down', 'ends_in', '0.99');

-- Which date's exchange rate converts an opportunity: saved on 1 March, expected to
-- close on 1 July, today 1 May; then closed on 1 June; then never saved nor expected.
SELECT policy, exchange_date(policy, '2026-03-01', '2026-07-01', NULL, '2026-05-01') AS open,
       exchange_date(policy, '2026-03-01', '2026-07-01', '2026-06-01', '2026-08-01') AS closed,
       exchange_date(policy, NULL, NULL, NULL, '2026-05-01') AS unknown
  FROM unnest(ARRAY['at_save', 'current', 'by_close_date', 'frozen_at_close']) WITH ORDINALITY AS p(policy, n) ORDER BY n;
SELECT exchange_date('current', NULL, NULL, NULL) = CURRENT_DATE AS today, exchange_date(NULL, '2026-01-01', '2026-01-01', NULL, '2026-01-01') AS no_policy,
       exchange_date('at_save', '2026-01-01', NULL, NULL, NULL) AS no_today;
SELECT exchange_date('monthly', NULL, NULL, NULL);
