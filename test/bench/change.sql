-- What changed between two snapshots of the deals: pipeline_change against the same
-- sums in plain SQL, a CASE that puts each deal of the full join into its kind; for
-- all deals, and for a window of closing dates and two owners. The join itself, in
-- memory, is the floor.
SET work_mem = '100MB';
CREATE TABLE before AS
SELECT i AS id, CASE WHEN i % 11 = 0 THEN 'lost' WHEN i % 13 = 0 THEN 'won' ELSE 'open' END AS status, (1000 + (i * 104729) % 9000000 / 100.0)::numeric(18,2) AS amount,
       date '2026-01-01' + (i * 7919 % 200)::integer AS close_date, (ARRAY['ada', 'bob', 'cyd', 'dan'])[1 + i % 4] AS owner
FROM generate_series(1, (400000 * :scale)::bigint) i;
CREATE TABLE after AS
SELECT id, CASE WHEN id % 17 = 0 AND status = 'open' THEN 'won' WHEN id % 19 = 0 AND status = 'open' THEN 'lost' ELSE status END AS status, CASE id % 5 WHEN 0 THEN amount * 2 WHEN 1 THEN round(amount / 2, 2) ELSE amount END AS amount,
       close_date + CASE WHEN id % 7 = 0 THEN 45 WHEN id % 23 = 0 THEN -45 ELSE 0 END AS close_date, CASE WHEN id % 29 = 0 THEN 'bob' ELSE owner END AS owner
FROM before WHERE id % 31 <> 0
UNION ALL SELECT -id, 'open', amount, close_date, owner FROM before WHERE id % 37 = 0;
CREATE UNIQUE INDEX ON before (id);
CREATE UNIQUE INDEX ON after (id);
VACUUM (FREEZE, ANALYZE) before, after;

SELECT bench.variant('change', 'pipeline_change',
    $$SELECT string_agg(change || ' ' || deals || ' ' || amount, ', ' ORDER BY change COLLATE "C") FROM waterfall_steps((
        SELECT pipeline_change(b.status, b.amount, b.close_date, b.owner, a.status, a.amount, a.close_date, a.owner, NULL, NULL, NULL) FROM before b FULL JOIN after a USING (id)))
      WHERE deals > 0 AND change NOT IN ('start', 'end')$$);
SELECT bench.variant('change', 'CASE in plain SQL',
    $$SELECT string_agg(kind || ' ' || deals || ' ' || amount, ', ' ORDER BY kind COLLATE "C") FROM (
        SELECT kind, count(*) AS deals, sum(CASE WHEN is_in THEN coalesce(after_amount, 0) ELSE 0 END - CASE WHEN was_in THEN coalesce(before_amount, 0) ELSE 0 END) AS amount
        FROM (SELECT b.status = 'open' AS was_in, a.status = 'open' AS is_in, b.amount AS before_amount, a.amount AS after_amount,
                  CASE WHEN b.status = 'open' AND a.status = 'open' THEN CASE WHEN a.amount > b.amount THEN 'increased' WHEN a.amount < b.amount THEN 'decreased' WHEN a.owner <> b.owner THEN 'owner_moved' ELSE 'unchanged' END
                       WHEN b.status = 'open' THEN CASE WHEN a.status IS NULL THEN 'removed' ELSE a.status END
                       WHEN a.status = 'open' THEN CASE WHEN b.status IS NULL THEN 'new' ELSE 'reopened' END END AS kind
              FROM before b FULL JOIN after a USING (id)) j
        WHERE kind IS NOT NULL GROUP BY kind) k$$);
SELECT bench.variant('change', 'the join', $$SELECT count(b.status), count(b.amount), count(b.close_date), count(b.owner), count(a.status), count(a.amount), count(a.close_date), count(a.owner) FROM before b FULL JOIN after a USING (id)$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'change', count(*)) FROM before \gexec

SELECT bench.variant('change in a window', 'pipeline_change',
    $$SELECT string_agg(change || ' ' || deals || ' ' || amount, ', ' ORDER BY change COLLATE "C") FROM waterfall_steps((
        SELECT pipeline_change(b.status, b.amount, b.close_date, b.owner, a.status, a.amount, a.close_date, a.owner, '2026-02-01', '2026-03-31', '{ada,bob}') FROM before b FULL JOIN after a USING (id)))
      WHERE deals > 0 AND change NOT IN ('start', 'end')$$);
SELECT bench.variant('change in a window', 'CASE in plain SQL',
    $$SELECT string_agg(kind || ' ' || deals || ' ' || amount, ', ' ORDER BY kind COLLATE "C") FROM (
        SELECT kind, count(*) AS deals, sum(CASE WHEN is_in THEN coalesce(after_amount, 0) ELSE 0 END - CASE WHEN was_in THEN coalesce(before_amount, 0) ELSE 0 END) AS amount
        FROM (SELECT *, CASE WHEN was_in AND is_in THEN CASE WHEN after_amount > before_amount THEN 'increased' WHEN after_amount < before_amount THEN 'decreased' WHEN after_owner <> before_owner THEN 'owner_moved' ELSE 'unchanged' END
                             WHEN was_in THEN CASE WHEN after_status IS NULL THEN 'removed' WHEN after_status <> 'open' THEN after_status WHEN after_owner NOT IN ('ada', 'bob') THEN 'owner_out' WHEN after_close < '2026-02-01' THEN 'pulled_out' ELSE 'pushed_out' END
                             WHEN is_in THEN CASE WHEN before_status IS NULL THEN 'new' WHEN before_status <> 'open' THEN 'reopened' WHEN before_owner NOT IN ('ada', 'bob') THEN 'owner_in' WHEN before_close < '2026-02-01' THEN 'pushed_in' ELSE 'pulled_in' END END AS kind
              FROM (SELECT b.status AS before_status, b.amount AS before_amount, b.close_date AS before_close, b.owner AS before_owner, a.status AS after_status, a.amount AS after_amount, a.close_date AS after_close, a.owner AS after_owner,
                        coalesce(b.status = 'open' AND b.close_date BETWEEN '2026-02-01' AND '2026-03-31' AND b.owner IN ('ada', 'bob'), false) AS was_in,
                        coalesce(a.status = 'open' AND a.close_date BETWEEN '2026-02-01' AND '2026-03-31' AND a.owner IN ('ada', 'bob'), false) AS is_in
                    FROM before b FULL JOIN after a USING (id)) j) k
        WHERE kind IS NOT NULL GROUP BY kind) k$$);
SELECT bench.variant('change in a window', 'the join', $$SELECT count(b.status), count(b.amount), count(b.close_date), count(b.owner), count(a.status), count(a.amount), count(a.close_date), count(a.owner) FROM before b FULL JOIN after a USING (id)$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'change in a window', count(*)) FROM before \gexec

-- The same deals joined beforehand: what judging and adding alone take.
CREATE TABLE joined AS
SELECT b.status AS before_status, b.amount AS before_amount, b.close_date AS before_close, b.owner AS before_owner, a.status AS after_status, a.amount AS after_amount, a.close_date AS after_close, a.owner AS after_owner
FROM before b FULL JOIN after a USING (id);
VACUUM (FREEZE, ANALYZE) joined;
SELECT bench.variant('change, joined before', 'pipeline_change',
    $$SELECT string_agg(change || ' ' || deals || ' ' || amount, ', ' ORDER BY change COLLATE "C") FROM waterfall_steps((
        SELECT pipeline_change(before_status, before_amount, before_close, before_owner, after_status, after_amount, after_close, after_owner, NULL, NULL, NULL) FROM joined))
      WHERE deals > 0 AND change NOT IN ('start', 'end')$$);
SELECT bench.variant('change, joined before', 'CASE in plain SQL',
    $$SELECT string_agg(kind || ' ' || deals || ' ' || amount, ', ' ORDER BY kind COLLATE "C") FROM (
        SELECT kind, count(*) AS deals, sum(CASE WHEN after_status = 'open' THEN coalesce(after_amount, 0) ELSE 0 END - CASE WHEN before_status = 'open' THEN coalesce(before_amount, 0) ELSE 0 END) AS amount
        FROM (SELECT *, CASE WHEN before_status = 'open' AND after_status = 'open' THEN CASE WHEN after_amount > before_amount THEN 'increased' WHEN after_amount < before_amount THEN 'decreased' WHEN after_owner <> before_owner THEN 'owner_moved' ELSE 'unchanged' END
                             WHEN before_status = 'open' THEN CASE WHEN after_status IS NULL THEN 'removed' ELSE after_status END
                             WHEN after_status = 'open' THEN CASE WHEN before_status IS NULL THEN 'new' ELSE 'reopened' END END AS kind
              FROM joined) j
        WHERE kind IS NOT NULL GROUP BY kind) k$$);
SELECT bench.variant('change, joined before', 'reading the columns', $$SELECT count(before_status), count(after_owner) FROM joined$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'change, joined before', count(*)) FROM joined \gexec
