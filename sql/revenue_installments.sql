-- An amount in installments.
CREATE SCHEMA revenue_installments;
SET search_path = revenue_installments, opportunity;
SET datestyle = iso;
SET intervalstyle = postgres;

-- Divided (Salesforce's schedule type Divide; the cents that are left go to the first ones) and repeated.
SELECT * FROM installments(100, 3, '2026-01-15', '1 month');
SELECT * FROM installments(100, 3, '2026-01-15', '1 week', 'repeat');
-- W11 (Salesforce, schedules of products): 100 divided by 5, 20 repeated 5 times.
SELECT type, count(*), min(amount), max(amount), sum(amount) FROM (VALUES ('divide', 100), ('repeat', 20)) AS v(type, amount_of),
       installments(amount_of, 5, '2026-01-15', '1 month', type) GROUP BY type ORDER BY type;
-- Month ends are counted from the first date: the 31st comes back.
SELECT n, due FROM installments(1, 14, '2023-12-31', '1 month') WHERE n IN (1, 2, 3, 4, 5, 14);
SELECT due FROM installments(1, 5, '2024-02-29', '1 year');
-- Days, quarters, months and days.
SELECT (SELECT array_agg(due) FROM installments(1, 3, '2026-12-30', '1 day')) AS days, (SELECT array_agg(due) FROM installments(1, 3, '2026-11-30', '3 months')) AS quarters,
       (SELECT array_agg(due) FROM installments(1, 3, '2026-01-31', '1 month 15 days')) AS mixed;
-- Credits, currencies without decimals, thousands, more than 64 bits, fewer cents than installments.
SELECT array_agg(amount) AS credit FROM installments(-100, 3, '2026-01-01', '1 month');
SELECT array_agg(amount) AS yen FROM installments(100, 3, '2026-01-01', '1 month', scale => 0);
SELECT array_agg(amount) AS thousands FROM installments(100000, 3, '2026-01-01', '1 month', scale => -3);
SELECT array_agg(amount) AS large FROM installments(1e30, 3, '2026-01-01', '1 month');
SELECT array_agg(amount) AS cents FROM installments(0.02, 3, '2026-01-01', '1 month');
-- Always the amount, and what allocate says.
SELECT count(*) AS compared, count(*) FILTER (WHERE (SELECT sum(i.amount) FROM installments(a, c, '2026-01-01', '1 month', scale => s) AS i) <> a) AS do_not_add_up,
       count(*) FILTER (WHERE ARRAY(SELECT i.amount FROM installments(a, c, '2026-01-01', '1 day', scale => s) AS i ORDER BY n) <> allocate(a, array_fill(1::numeric, ARRAY[c]), s)) AS not_as_allocate,
       count(*) FILTER (WHERE (SELECT sum(i.amount) FROM installments(a, c, '2026-01-01', '1 month', 'repeat', s) AS i) <> a * c) AS not_repeated
  FROM unnest(ARRAY[0, 1, 7, 99.99, 100, -12345.67, 9999999999999999.99, 1e25]) AS a, unnest(ARRAY[1, 2, 3, 12, 97]) AS c, unnest(ARRAY[2, 3, 5]) AS s;
-- The bounds of the count; as clients call it; any NULL gives no rows.
SELECT count(*), sum(amount), max(due) FROM installments(1000, 100000, '2026-01-01', '1 day');
PREPARE plan AS SELECT count(*), max(due) FROM installments($1, $2, $3, $4, $5, $6);
EXECUTE plan(10, 2, '2026-01-01', '1 year', 'divide', 2);
SELECT count(*) FROM installments('10', '2', '2026-01-01', '1 month');
SELECT count(*) FROM installments(NULL, 2, '2026-01-01', '1 month');
SELECT count(*) FROM installments(1, 2, NULL, '1 month');

CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT call, e.*
  FROM unnest(ARRAY['100, 0, ''2026-01-01'', ''1 month''', '100, -1, ''2026-01-01'', ''1 month''', '100, 100001, ''2026-01-01'', ''1 month''',
	'100, 2, ''2026-01-01'', ''0 days''', '100, 2, ''2026-01-01'', ''-1 month''', '100, 2, ''2026-01-01'', ''1 month -1 day''', '100, 2, ''2026-01-01'', ''-1 month 40 days''',
	'100, 2, ''2026-01-01'', ''24 hours''', '100, 2, ''2026-01-01'', ''1 day -1 microsecond''',
	'100, 2, ''infinity'', ''1 month''', '100, 2, ''-infinity'', ''1 month''', '100, 100000, ''2026-01-01'', ''178956970 years''', '100, 3, ''2026-01-01'', ''2147483647 days''',
	'100, 2, ''5874897-12-31'', ''1 day''', '100, 100000, ''2026-01-01'', ''100 years''',
	'100, 2, ''2026-01-01'', ''1 month'', ''double''', '100.005, 2, ''2026-01-01'', ''1 month''', '''NaN'', 2, ''2026-01-01'', ''1 month''', '''Infinity'', 2, ''2026-01-01'', ''1 month'', ''repeat''',
	'100, 2, ''2026-01-01'', ''1 month'', ''divide'', 21']) AS call, error_of('count(*) FROM installments(' || call || ')') AS e;
