-- A process made of the rows of the app's own table of stages.
CREATE SCHEMA process_collect;
SET search_path = process_collect, opportunity;

CREATE TABLE stage (id integer PRIMARY KEY, place integer, name text, probability numeric(7,4), state text);
INSERT INTO stage VALUES (1, 30, 'Offer', 62.5, 'open'), (2, 10, 'Say "hello" \ naïve', 10, NULL), (3, 90, 'Won', 100, 'won'),
    (4, 0, 'Lost', 0, 'lost'), (5, 20, 'Talk', NULL, 'open');
-- What is open comes first, whatever place outcomes have in the table.
SELECT collect_process(name, probability, state ORDER BY place) FROM stage;
SELECT s.* FROM stages((SELECT collect_process(name, probability, state ORDER BY place) FROM stage)) s;
SELECT collect_process(name, probability, state) IS NULL AS nothing FROM stage WHERE false;

-- One for each group; types that people have.
SELECT g, collect_process(name, p, state ORDER BY place)
FROM generate_series(1, 2) g, LATERAL (VALUES (1, 'a' || g, 5, NULL), (2, 'w', NULL, 'won')) v (place, name, p, state) GROUP BY g ORDER BY g;

-- What makes no process.
CREATE FUNCTION try(query text) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT opportunity.collect_process(n, p, o ORDER BY i) FROM (VALUES ' || query || ') v (i, n, p, o)';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN NEXT;
END $$;
SELECT t.* FROM unnest(ARRAY[
    $$(1, 'a', 5, 'open')$$, $$(1, 'a', 5, 'open'), (2, 'b', 0, 'lost')$$, $$(1, 'w', 100, 'won'), (2, 'l', 0, 'lost')$$,
    $$(1, NULL, 5, 'open'), (2, 'w', 100, 'won')$$, $$(1, '', 5, 'open'), (2, 'w', 100, 'won')$$,
    $$(1, 'a', 500, 'open'), (2, 'w', 100, 'won')$$, $$(1, 'a', 'NaN'::numeric, 'open'), (2, 'w', 100, 'won')$$,
    $$(1, 'a', '-Infinity'::numeric, 'open'), (2, 'w', 100, 'won')$$,
    $$(1, 'a', 5, 'Open'), (2, 'w', 100, 'won')$$, $$(1, 'a', 5, 'won", "x": "'), (2, 'w', 100, 'won')$$,
    $$(1, 'a', 5, 'open'), (2, 'a', 6, 'open'), (3, 'w', 100, 'won')$$, $$(1, 'a', 5, 'open'), (2, 'w', 99, 'won')$$]) q, try(q) t;
SELECT collect_process('s' || i, NULL, NULL) FROM generate_series(1, 1001) i;
SELECT (SELECT count(*) FROM stages(p)) FROM (SELECT collect_process('s' || i, CASE WHEN i < 1000 THEN 1.50000000 END, CASE WHEN i = 1000 THEN 'won' END) AS p FROM generate_series(1, 1000) i) q;
