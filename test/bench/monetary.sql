-- Amounts with their currency: a line's net amount on monetary against the same in
-- numeric SQL, and sums against those of bigint cents and of numeric.
CREATE TABLE line AS
SELECT (1 + i % 9)::numeric(19,5) + (i % 4) * 0.25 AS quantity,
       (100 + (i * 7919) % 500000 / 100.0)::numeric(18,2) AS price,
       ((i % 5) * 1.25)::numeric(18,2) AS volume_discount,
       ((i % 11) * 0.5)::numeric(18,2) AS manual_discount
FROM generate_series(1, (400000 * :scale)::bigint) i;
CREATE TABLE monetary_line AS
SELECT quantity, monetary(price, 'EUR') AS price, monetary(volume_discount, 'EUR') AS volume_discount,
       monetary(manual_discount, 'EUR') AS manual_discount
FROM line;
CREATE TABLE cents_line AS
SELECT quantity, amount(price * 100)::bigint AS price FROM monetary_line;
VACUUM (FREEZE, ANALYZE) line;
VACUUM (FREEZE, ANALYZE) monetary_line;
VACUUM (FREEZE, ANALYZE) cents_line;

SELECT bench.variant('line on monetary', 'monetary',
    $$SELECT count(quantity * (price - volume_discount) - manual_discount) FROM monetary_line$$,
    verify => $$SELECT amount(sum(quantity * (price - volume_discount) - manual_discount)) FROM monetary_line$$);
SELECT bench.variant('line on monetary', 'numeric SQL',
    $$SELECT count(round(quantity * (price - volume_discount) - manual_discount, 2)) FROM line$$,
    verify => $$SELECT sum(round(quantity * (price - volume_discount) - manual_discount, 2)) FROM line$$);
SELECT bench.variant('line on monetary', 'net_amount on numeric',
    $$SELECT count(net_amount(quantity, price, volume_discount, manual_discount)) FROM line$$,
    verify => $$SELECT sum(net_amount(quantity, price, volume_discount, manual_discount)) FROM line$$);
SELECT bench.variant('line on monetary', 'reading the columns', $$SELECT count(manual_discount) FROM monetary_line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'line on monetary', count(*)) FROM line \gexec

SELECT bench.variant('sum of monetary', 'sum(monetary)', $$SELECT amount(sum(price)) FROM monetary_line$$);
SELECT bench.variant('sum of monetary', 'sum(bigint)', $$SELECT round(sum(price) / 100, 2) FROM cents_line$$);
SELECT bench.variant('sum of monetary', 'sum(numeric)', $$SELECT sum(price) FROM line$$);
SELECT bench.variant('sum of monetary', 'reading the column', $$SELECT count(price) FROM monetary_line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'sum of monetary', count(*)) FROM line \gexec

SELECT bench.variant('sum of lines on monetary', 'sum(monetary)',
    $$SELECT amount(sum(quantity * (price - volume_discount) - manual_discount)) FROM monetary_line$$);
SELECT bench.variant('sum of lines on monetary', 'sum of numeric SQL',
    $$SELECT sum(round(quantity * (price - volume_discount) - manual_discount, 2)) FROM line$$);
SELECT bench.variant('sum of lines on monetary', 'revenue on numeric',
    $$SELECT revenue(quantity, price, volume_discount, manual_discount) FROM line$$);
SELECT bench.variant('sum of lines on monetary', 'reading the columns', $$SELECT count(manual_discount) FROM monetary_line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'sum of lines on monetary', count(*)) FROM line \gexec
