-- pipeline_change: each deal counts in one kind of change, and start + changes = end.
CREATE SCHEMA pipeline_change;
SET search_path = pipeline_change, opportunity;
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- One deal of each kind, in the window of the first quarter, of ada and bob.
CREATE TABLE snapshot (kind text, bs text, ba numeric, bc date, bo text, s text, a numeric, c date, o text);
INSERT INTO snapshot VALUES
    ('new', NULL, NULL, NULL, NULL, 'open', 10.5, '2026-03-31', 'ada'),
    ('reopened', 'lost', 20, '2026-01-01', 'ada', 'open', 21, '2026-01-01', 'bob'),
    ('owner_in', 'open', 30, '2026-02-01', 'eve', 'open', 31, '2026-02-01', 'bob'),
    ('pulled_in', 'open', 40, '2026-04-01', 'ada', 'open', 41, '2026-03-31', 'ada'),
    ('pulled_in', 'open', 42, NULL, 'ada', 'open', 42, '2026-01-31', 'ada'),
    ('pushed_in', 'open', 50, '2025-12-31', 'ada', 'open', 50, '2026-02-01', 'ada'),
    ('increased', 'open', 60, '2026-02-01', 'ada', 'open', 66.25, '2026-03-01', 'bob'),
    ('decreased', 'open', 70, '2026-02-01', 'ada', 'open', 65, '2026-02-01', 'ada'),
    ('decreased', 'open', 7, '2026-02-01', 'ada', 'open', NULL, '2026-02-01', 'ada'),
    ('owner_moved', 'open', 80, '2026-02-01', 'ada', 'open', 80, '2026-02-01', 'bob'),
    ('unchanged', 'open', 90, '2026-02-01', 'ada', 'open', 90.00, '2026-02-02', 'ada'),
    ('won', 'open', 100, '2026-02-01', 'ada', 'won', 120, '2026-02-01', 'ada'),
    ('lost', 'open', 110, '2026-02-01', 'ada', 'lost', 0, '2026-09-01', 'eve'),
    ('removed', 'open', 130, '2026-02-01', 'ada', NULL, NULL, NULL, NULL),
    ('owner_out', 'open', 140, '2026-02-01', 'ada', 'open', 141, '2026-09-01', 'eve'),
    ('pushed_out', 'open', 150, '2026-02-01', 'ada', 'open', 160, '2026-04-01', 'ada'),
    ('pushed_out', 'open', 151, '2026-02-01', 'ada', 'open', 151, NULL, 'bob'),
    ('pulled_out', 'open', 170, '2026-01-01', 'ada', 'open', 170, '2025-12-31', 'ada'),
    ('in neither', 'open', 1, '2026-05-01', 'ada', 'won', 1, '2026-02-01', 'ada'),
    ('in neither', NULL, NULL, NULL, NULL, 'won', 1, '2026-02-01', 'ada'),
    ('in neither', 'open', 1, '2026-02-01', NULL, 'open', 1, '2026-02-01', NULL);
CREATE VIEW change AS SELECT pipeline_change(bs, ba, bc, bo, s, a, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') AS w FROM snapshot;
SELECT s.* FROM change, waterfall_steps(w) s;
-- Each deal alone is of its kind.
SELECT count(*) AS deals, bool_and(found = kind) AS each_of_its_kind FROM (SELECT kind, (SELECT coalesce(string_agg(change, ','), 'in neither') FROM waterfall_steps(pipeline_change(bs, ba, bc, bo, s, a, c, o, '2026-01-01', '2026-03-31', '{ada,bob}'))
    WHERE deals > 0 AND change NOT IN ('start', 'end')) AS found FROM snapshot GROUP BY snapshot.*, kind) x;
-- Every owner, every date: nobody moves in or out, what has no date is there too.
SELECT change, deals, amount FROM (SELECT pipeline_change(bs, ba, bc, bo, s, a, c, o, NULL, NULL, NULL) AS w FROM snapshot) x, waterfall_steps(w) WHERE deals > 0;

-- No rows; FILTER, grouping sets; columns of common types.
SELECT count(*), sum(deals), sum(amount) FROM (SELECT pipeline_change(bs, ba, bc, bo, s, a, c, o, NULL, NULL, NULL) AS w FROM snapshot WHERE false) x, waterfall_steps(w);
SELECT o, (SELECT running FROM waterfall_steps(pipeline_change(bs, ba, bc, bo, s, a, c, o, NULL, NULL, NULL) FILTER (WHERE ba IS NOT NULL)) WHERE change = 'end') AS at_the_end
FROM snapshot WHERE s = 'open' GROUP BY GROUPING SETS ((o), ()) ORDER BY o, at_the_end;
SELECT pipeline_change('open', 1::bigint, date '2026-01-01', 'ada'::varchar, 'open', 2::integer, date '2026-01-01', 'ada', NULL, NULL, NULL)
    = pipeline_change('open', 1.00, date '2026-01-01', 'ada', 'open', 2.000000, date '2026-01-01', 'ada', NULL, NULL, NULL) AS alike;

-- Amounts of every type, also mixed and missing, are the same deals. Doubles mean the decimals they print as.
CREATE VIEW typed AS SELECT *, ba::double precision AS bf, a::double precision AS f, ba::real AS br, a::real AS r, (ba * 100)::bigint AS bb, (a * 100)::bigint AS b, (ba * 100)::integer AS bi, (a * 100)::integer AS i, (a * 100)::smallint AS si,
    opportunity.monetary(ba, 'EUR') AS bm, opportunity.monetary(a, 'EUR') AS m FROM snapshot;
CREATE TABLE plain AS SELECT pipeline_change(bs, ba, bc, bo, s, a, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') AS w, pipeline_change(bs, ba * 100, bc, bo, s, a * 100, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') AS hundredfold FROM snapshot;
SELECT pipeline_change(bs, bf, bc, bo, s, f, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS double, pipeline_change(bs, br, bc, bo, s, r, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS real,
    pipeline_change(bs, ba, bc, bo, s, f, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS numeric_double,
    pipeline_change(bs, bb, bc, bo, s, b, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(hundredfold::text)::pipeline_waterfall AS bigint, pipeline_change(bs, bi, bc, bo, s, i, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(hundredfold::text)::pipeline_waterfall AS integer,
    pipeline_change(bs, bb, bc, bo, s, si, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(hundredfold::text)::pipeline_waterfall AS bigint_smallint, pipeline_change(bs, bb, bc, bo, s, a * 100, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(hundredfold::text)::pipeline_waterfall AS bigint_numeric
FROM typed, (SELECT w, hundredfold FROM plain) p;
SELECT pipeline_change(NULL, NULL, NULL, NULL, 'open', '12.50', '2026-01-01', 'ada', NULL, NULL, NULL) AS literal, pipeline_change(NULL, NULL, NULL, NULL, 'open', 0.1::float8 + 0.2::float8, NULL, NULL, NULL, NULL, NULL) AS sum_of_doubles,
    pipeline_change(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS nothing;
PREPARE untyped AS SELECT pipeline_change($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
EXECUTE untyped ('open', 5, '2026-01-01', NULL, 'won', 6, '2026-01-01', NULL, NULL, NULL, NULL);

-- Closing dates with a time count by their day: that of the session where they have a time zone.
SELECT pipeline_change(bs, ba, bc + time '23:59', bo, s, a, c + time '00:00', o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS timestamp,
    pipeline_change(bs, ba, (bc + time '23:59')::timestamptz, bo, s, a, c::timestamptz, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS timestamptz,
    pipeline_change(bs, bf, bc, bo, s, f, c::timestamp, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(w::text)::pipeline_waterfall AS double_mixed,
    pipeline_change(bs, bb, bc + time '12:00', bo, s, b, c::timestamptz, o, '2026-01-01', '2026-03-31', '{ada,bob}') = min(hundredfold::text)::pipeline_waterfall AS bigint_mixed
FROM typed, (SELECT w, hundredfold FROM plain) p;
SELECT pipeline_change('open', 1, timestamptz '2026-04-01 02:00Z', NULL, 'lost', 1, NULL, NULL, '2026-04-01', NULL, NULL) AS in_utc;
SET timezone = 'America/New_York';
SELECT pipeline_change('open', 1, timestamptz '2026-04-01 02:00Z', NULL, 'lost', 1, NULL, NULL, '2026-04-01', NULL, NULL) AS in_new_york, pipeline_change('open', 1, timestamptz 'infinity', NULL, 'lost', 1, NULL, NULL, NULL, '2026-04-01', NULL) AS never;
SET timezone = 'UTC';

-- Amounts of type monetary: the same figures, in their currency, which is told and kept apart from others and from plain numbers.
CREATE TABLE in_euro AS SELECT pipeline_change(bs, bm, bc, bo, s, m, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') AS w FROM typed;
SELECT count(*) AS steps, bool_and((e.deals, e.amount, e.running, e.before_amount, e.after_amount) = (p.deals, p.amount, p.running, p.before_amount, p.after_amount)) AS same_figures, min(e.currency) AS least, max(e.currency) AS greatest, count(p.currency) AS of_numbers
FROM in_euro i, plain, waterfall_steps(i.w) e, waterfall_steps(plain.w) p WHERE p.step_order = e.step_order;
SELECT left(w::text, 52) AS text, w::text::pipeline_waterfall = w AS through_text FROM in_euro;
SELECT pipeline_change(bs, bm, bc, bo, s, m, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') FROM typed WHERE kind = 'in neither' OR kind = 'won';
SELECT n AS no_amounts, merge_waterfalls(n, w) = merge_waterfalls(w, n) AS go_with_any, merge_waterfalls(w, n)::text = merge_waterfalls(n, w)::text AS alike
FROM in_euro, (SELECT pipeline_change('open', NULL::monetary, NULL, NULL, 'open', NULL::monetary, NULL, NULL, NULL, NULL, NULL)) x(n);

-- Merging.
CREATE TABLE part AS SELECT kind, pipeline_change(bs, ba, bc, bo, s, a, c, o, '2026-01-01', '2026-03-31', '{ada,bob}') AS w FROM snapshot GROUP BY kind;
SELECT rollup(p.w) = (SELECT w FROM change) AS equal, rollup(p.w)::text = (SELECT w::text FROM change) AS same_text, pipeline_waterfall_send(rollup(p.w ORDER BY kind DESC)) = (SELECT pipeline_waterfall_send(w) FROM change) AS same_bytes,
    bool_and(p.w::text::pipeline_waterfall = p.w) AS through_text FROM part p;
SELECT merge_waterfalls(a.w, b.w) = merge_waterfalls(b.w, a.w) AS either_way, a.w <> b.w AS different, merge_waterfalls(a.w, NULL) = a.w AS null_second, merge_waterfalls(NULL, a.w) = a.w AS null_first, merge_waterfalls(NULL, NULL) IS NULL AS both
FROM part a, part b WHERE a.kind = 'won' AND b.kind = 'lost';

CREATE FUNCTION refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT r.* FROM (VALUES (1, $$SELECT pipeline_change('Open', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$), (2, $$SELECT pipeline_change('open', 1.1234567, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$),
    (3, $$SELECT pipeline_change('open', 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$), (4, $$SELECT pipeline_change('open', 1e18, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$),
    (5, $$SELECT replace(w::text, '"version": 1', '"version": 2')::pipeline_waterfall FROM change$$), (6, $$SELECT replace(w::text, '"decimals": 2', '"decimals": 1')::pipeline_waterfall FROM change$$),
    (7, $$SELECT replace(w::text, '"decimals": 2', '"decimals": 7')::pipeline_waterfall FROM change$$), (8, $$SELECT replace(w::text, '"deals": 1,', '"deals": 2000000000000,')::pipeline_waterfall FROM change$$),
    (9, $$SELECT replace(w::text, '"before": 60', '"before": 67')::pipeline_waterfall FROM change$$), (10, $$SELECT replace(w::text, '"before": 80', '"before": 81')::pipeline_waterfall FROM change$$),
    (11, $$SELECT replace(w::text, '"won"', '"one"')::pipeline_waterfall FROM change$$), (12, $$SELECT replace(w::text, '"after": 120', '"after": 1e30')::pipeline_waterfall FROM change$$),
    (13, $$SELECT jsonb_set(w::text::jsonb, '{new,before}', '1')::text::pipeline_waterfall FROM change$$), (14, $$SELECT jsonb_set(w::text::jsonb, '{removed,after}', '1')::text::pipeline_waterfall FROM change$$),
    (15, $$SELECT jsonb_set(w::text::jsonb, '{won}', '7')::text::pipeline_waterfall FROM change$$),
    (16, $$SELECT pipeline_change('open', monetary(1, 'EUR'), NULL, NULL, 'open', monetary(1, 'USD'), NULL, NULL, NULL, NULL, NULL)$$), (17, $$SELECT pipeline_change('open', monetary(1, c), NULL, NULL, 'won', NULL, NULL, NULL, NULL, NULL, NULL) FROM unnest('{EUR,USD}'::text[]) c$$),
    (18, $$SELECT merge_waterfalls(i.w, plain.w) FROM in_euro i, plain$$), (19, $$SELECT merge_waterfalls(plain.w, i.w) FROM in_euro i, plain$$),
    (20, $$SELECT rollup(r::pipeline_waterfall) FROM unnest(ARRAY['{"version": 1, "decimals": 2, "currency": "EUR", "new": {"deals": 1, "before": 0, "after": 1}}', '{"version": 1, "decimals": 0, "currency": "JPY", "new": {"deals": 1, "before": 0, "after": 1}}']) r$$),
    (21, $$SELECT pipeline_change('open', 'NaN'::float8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$), (22, $$SELECT pipeline_change('open', 9223372036854775807, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$),
    (23, $$SELECT '{}'::pipeline_waterfall$$), (24, $$SELECT '{"version": 1, "currency": "EUR"}'::pipeline_waterfall$$), (25, $$SELECT '{"version": 1, "decimals": 2, "currency": "eur", "new": {"deals": 1, "before": 0, "after": 1}}'::pipeline_waterfall$$),
    (26, $$SELECT '{"version": 1, "decimals": 2}'::pipeline_waterfall$$), (27, $$SELECT '{"version": 1, "new": {"deals": 1, "before": 0, "after": 1}}'::pipeline_waterfall$$), (28, $$SELECT '{"version": 1, "decimals": -1, "new": {"deals": 1, "before": 0, "after": 1}}'::pipeline_waterfall$$)) v(n, statement), refusal(statement) r ORDER BY n;

-- From a history. The clock of the log is the clock: instants are noted between the steps.
CREATE TABLE deal (id int PRIMARY KEY, amount numeric(12,2), close_date date, stage text, seller text, probability int, note text);
SELECT attach_history('deal', 'deal_history', 'amount, close_date, stage, seller, probability');
CREATE TABLE noted (name text, at timestamptz);
INSERT INTO deal VALUES (1, 100, '2026-02-01', 'qualify', 'ada', 10), (2, 200, '2026-02-01', 'qualify', 'bob', 20), (3, 300, '2026-05-01', 'qualify', 'ada', 30), (4, 400, '2026-03-01', 'propose', 'ada', 40), (5, 500, NULL, NULL, NULL, NULL);
INSERT INTO noted VALUES ('first', clock_timestamp());
UPDATE deal SET close_date = '2026-05-15' WHERE id = 1;
UPDATE deal SET stage = 'Closed Won', amount = 220 WHERE id = 2;
UPDATE deal SET close_date = '2026-03-15' WHERE id = 3;
UPDATE deal SET close_date = '2026-04-20', seller = 'bob' WHERE id = 1;
INSERT INTO deal VALUES (6, 600, '2026-01-15', 'qualify', 'ada', 60);
UPDATE deal SET close_date = '2026-02-15' WHERE id = 5;
INSERT INTO noted VALUES ('second', clock_timestamp());
DELETE FROM deal WHERE id IN (4, 5);
UPDATE deal SET close_date = '2026-06-20', stage = 'lost' WHERE id = 1;

SELECT name, p.* FROM noted, pipeline_as_of('deal', at, owner_column => 'seller', probability_column => 'probability') p ORDER BY name, row_key;
SELECT row_key, status, amount, probability, owner FROM pipeline_as_of('deal') ORDER BY 1;
SELECT s.change, deals, amount, running, before_amount, after_amount FROM waterfall_steps(pipeline_changes('deal', (SELECT at FROM noted WHERE name = 'first'), (SELECT at FROM noted WHERE name = 'second'), '2026-01-01', '2026-03-31')) s WHERE deals > 0 OR change IN ('start', 'end');
SELECT s.change, deals, amount FROM waterfall_steps(pipeline_changes('deal', (SELECT at FROM noted WHERE name = 'first'), owners => '{ada}', owner_column => 'seller')) s WHERE deals > 0 OR change IN ('start', 'end');
SELECT s.change, deals, amount FROM waterfall_steps(pipeline_changes('deal', '2000-01-01', won => '{propose}')) s WHERE deals > 0 OR change IN ('start', 'end');
SELECT * FROM pipeline_slippage('deal') ORDER BY row_key;
SELECT * FROM pipeline_slippage('deal', since => (SELECT at FROM noted WHERE name = 'second')) ORDER BY row_key;
SELECT row_key, event, old_value, new_value FROM history_changes('deal', 'seller') ORDER BY entry;
SELECT r.* FROM (VALUES (1, $$SELECT * FROM pipeline_as_of('deal', amount_column => 'note')$$), (2, $$SELECT pipeline_changes('deal', now(), owner_column => 'owner')$$),
    (3, $$SELECT * FROM pipeline_slippage('deal', close_date_column => 'id')$$), (4, $$SELECT * FROM pipeline_as_of('noted')$$)) v(n, statement), refusal(statement) r ORDER BY n;

-- A table whose amounts are of type monetary: one currency, or an error.
CREATE TABLE priced (id int PRIMARY KEY, amount monetary, close_date date, stage text);
SELECT attach_history('priced', 'priced_history', 'amount, close_date, stage');
INSERT INTO priced VALUES (1, 'EUR 10.50', '2026-02-01', 'qualify'), (2, NULL, '2026-02-01', 'qualify'), (3, 'EUR -4', '2026-02-01', 'won');
INSERT INTO noted VALUES ('priced', clock_timestamp());
UPDATE priced SET amount = 'EUR 12' WHERE id < 3;
DELETE FROM priced WHERE id = 3;
SELECT row_key, status, amount, currency FROM pipeline_as_of('priced', (SELECT at FROM noted WHERE name = 'priced')) ORDER BY row_key;
SELECT s.change, deals, amount, running, currency FROM waterfall_steps(pipeline_changes('priced', (SELECT at FROM noted WHERE name = 'priced'))) s WHERE deals > 0;
INSERT INTO priced VALUES (4, 'USD 1', '2026-02-01', 'qualify');
SELECT r.* FROM refusal($$SELECT pipeline_changes('priced', '2020-01-01')$$) r;
-- A column that became one of amounts with a currency: before and after cannot be compared.
CREATE TABLE converted (id int PRIMARY KEY, amount numeric, close_date date, stage text);
SELECT attach_history('converted', 'converted_history', 'amount, close_date, stage');
INSERT INTO converted VALUES (1, 10, '2026-02-01', 'qualify');
INSERT INTO noted VALUES ('converted', clock_timestamp());
ALTER TABLE converted ALTER amount TYPE monetary USING monetary(amount, 'EUR');
UPDATE converted SET amount = 'EUR 12';
SELECT row_key, amount, currency FROM pipeline_as_of('converted');
SELECT r.* FROM refusal($$SELECT pipeline_changes('converted', (SELECT at FROM noted WHERE name = 'converted'))$$) r;
