-- The identity on random histories: what pipeline_changes says for every pair of
-- instants, window and owners adds up, and is what snapshots of the table say.
CREATE SCHEMA pipeline_change_random;
SET search_path = pipeline_change_random, opportunity;
SELECT setseed(0.7);
CREATE TABLE deal (id int PRIMARY KEY, amount numeric, close_date date, stage text, owner text);
SELECT attach_history('deal', 'deal_history', 'amount, close_date, stage, owner');
CREATE TABLE snapshot (n int, at timestamptz, deal deal);
DO $$
BEGIN
    FOR n IN 1 .. 4 LOOP
        INSERT INTO deal SELECT n * 100 + i, CASE WHEN random() > 0.1 THEN round((random() * 2000 - 200)::numeric, (random() * 6)::int) END,
            CASE WHEN random() > 0.1 THEN date '2026-01-01' + (random() * 200)::int END, (ARRAY['qualify', 'propose', 'won', 'lost', NULL])[1 + (random() * 4)::int], (ARRAY['ada', 'bob', 'eve', NULL])[1 + (random() * 3)::int]
        FROM generate_series(1, 40) i;
        UPDATE deal SET amount = amount + (random() * 50 - 25)::int WHERE random() < 0.2;
        UPDATE deal SET close_date = close_date + (random() * 120 - 40)::int WHERE random() < 0.3;
        UPDATE deal SET stage = (ARRAY['qualify', 'propose', 'won', 'lost', NULL])[1 + (random() * 4)::int] WHERE random() < 0.3;
        UPDATE deal SET owner = (ARRAY['ada', 'bob', 'eve', NULL])[1 + (random() * 3)::int] WHERE random() < 0.2;
        DELETE FROM deal WHERE random() < 0.1;
        INSERT INTO snapshot SELECT n, clock_timestamp(), deal FROM deal;
        UPDATE snapshot SET at = (SELECT max(s.at) FROM snapshot s WHERE s.n = snapshot.n);
    END LOOP;
END $$;
CREATE TABLE instant AS SELECT n, max(at) AS at FROM snapshot GROUP BY n UNION ALL VALUES (0, timestamptz '2000-01-01');
SELECT count(*) > 100 AS many, bool_and((p.amount, p.close_date, p.owner, p.stage) IS NOT DISTINCT FROM ((s.deal).amount, (s.deal).close_date, (s.deal).owner, (s.deal).stage)) AS as_of, bool_and(s.n IS NOT NULL AND p.row_key IS NOT NULL) AS the_same_deals
FROM instant i CROSS JOIN LATERAL pipeline_as_of('deal', at, owner_column => 'owner') p FULL JOIN snapshot s ON s.n = i.n AND ((s.deal).id)::text = p.row_key;

CREATE TABLE asked AS SELECT b.n AS b, a.n AS a, w.*, o.*, pipeline_changes('deal', b.at, a.at, lower, upper, owners, owner_column => 'owner') AS w
FROM instant b, instant a, (VALUES (NULL::date, NULL::date), ('2026-02-01', '2026-03-31'), (NULL, '2026-04-15')) w(lower, upper), (VALUES (NULL::text[]), ('{ada,bob}'), ('{}')) o(owners) WHERE b.n <= a.n;
CREATE FUNCTION pipeline_at(n int, lower date, upper date, owners text[]) RETURNS TABLE (amount numeric, deals bigint) LANGUAGE sql AS $$
    SELECT coalesce(sum((s.deal).amount), 0), count(*) FROM snapshot s WHERE s.n = pipeline_at.n AND coalesce((s.deal).stage, '') NOT IN ('won', 'lost')
        AND (owners IS NULL OR (s.deal).owner = ANY (owners)) AND (lower IS NULL AND upper IS NULL OR (s.deal).close_date >= coalesce(lower, '-infinity') AND (s.deal).close_date <= coalesce(upper, 'infinity')) $$;
SELECT count(*) AS asked, bool_and(s.start = b.amount) AS start, bool_and(s.finish = e.amount) AS finish, bool_and(s.start + s.changes = s.finish) AS identity,
    bool_and(s.deals_start = b.deals) AS deals_before, bool_and(s.deals_end = e.deals) AS deals_after
FROM asked k, LATERAL (SELECT max(running) FILTER (WHERE change = 'start') AS start, max(running) FILTER (WHERE change = 'end') AS finish, sum(amount) FILTER (WHERE change NOT IN ('start', 'end')) AS changes,
        max(deals) FILTER (WHERE change = 'start') AS deals_start, max(deals) FILTER (WHERE change = 'end') AS deals_end FROM waterfall_steps(k.w)) s,
    pipeline_at(k.b, lower, upper, owners) b, pipeline_at(k.a, lower, upper, owners) e;
SELECT bool_and(deals = 0) AS nothing_changes_at_once FROM asked, waterfall_steps(w) WHERE a = b AND change NOT IN ('start', 'end', 'unchanged');
SELECT bool_and(amount >= 0) FILTER (WHERE change = 'increased') AS increased, bool_and(amount <= 0) FILTER (WHERE change = 'decreased') AS decreased, bool_and(amount = 0) FILTER (WHERE change IN ('owner_moved', 'unchanged')) AS still FROM asked, waterfall_steps(w);
SELECT string_agg(DISTINCT change, ' ' ORDER BY change) AS all_kinds_occur FROM asked, waterfall_steps(w) WHERE deals > 0;
-- Owners apart roll up to all of them, but for what moved between them.
SELECT bool_and(r.start = t.start AND r.finish = t.finish) AS adds_up
FROM (SELECT pipeline_changes('deal', b.at, a.at, owner_column => 'owner', owners => '{ada,bob}') AS w, rollup(pipeline_changes('deal', b.at, a.at, owner_column => 'owner', owners => ARRAY[o])) AS r FROM instant b, instant a, unnest('{ada,bob}'::text[]) o WHERE a.n = b.n + 1 GROUP BY b.at, a.at) x,
    LATERAL (SELECT max(running) FILTER (WHERE change = 'start') AS start, max(running) FILTER (WHERE change = 'end') AS finish FROM waterfall_steps(x.w)) t,
    LATERAL (SELECT max(running) FILTER (WHERE change = 'start') AS start, max(running) FILTER (WHERE change = 'end') AS finish FROM waterfall_steps(x.r)) r;
