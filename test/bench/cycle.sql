-- How long deals take to close, open ones counted: summarize_cycle against the same
-- estimate (Kaplan and Meier's) in plain SQL, with window functions over the
-- durations, and against the median of closed deals alone, which is another,
-- shorter figure: what people take who don't count the open ones.
CREATE TABLE deal AS
SELECT i % 1000 AS owner, timestamptz '2024-01-01' + (i * 104729 % 700) * interval '1 day' + (i * 7919 % 86400) * interval '1 s' AS opened,
       CASE WHEN i % 4 > 0 THEN timestamptz '2024-01-01' + (i * 104729 % 700) * interval '1 day' + (i * 7919 % 86400) * interval '1 s' + (1 + i * 31 % 181) * interval '1 day' END AS closed,
       CASE WHEN i % 4 > 0 THEN i % 4 = 1 END AS won
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) deal;

\set plain 'WITH lasted AS (SELECT CASE WHEN won IS NULL THEN timestamptz ''2027-01-01'' ELSE closed END - opened AS took, won IS NOT NULL AS is_closed FROM deal), step AS (SELECT took, count(*) FILTER (WHERE is_closed) AS closed, sum(count(*)) OVER (ORDER BY took DESC) AS at_risk FROM lasted GROUP BY took), curve AS (SELECT took, closed, exp(sum(CASE WHEN closed < at_risk THEN ln(1 - closed / at_risk::double precision) ELSE -50 END) OVER (ORDER BY took)) AS left_over FROM step)'
SELECT bench.variant('cycle', 'summarize_cycle',
    $$SELECT justify_hours(cycle_quantile(c)) FROM (SELECT summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz) AS c FROM deal) x$$);
SELECT bench.variant('cycle', 'Kaplan-Meier by window functions', format($$%s SELECT justify_hours(min(took) FILTER (WHERE closed > 0 AND left_over <= 0.5 + 1e-12)) FROM curve$$, :'plain'));
SELECT bench.variant('cycle', 'median of closed deals alone',
    $$SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY closed - opened) FROM deal WHERE won IS NOT NULL$$, verify => $$SELECT justify_hours(cycle_quantile(c)) FROM (SELECT summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz) AS c FROM deal) x$$);
SELECT format('CALL bench.measure(%L, %s)', 'cycle', count(*)) FROM deal \gexec

-- By owner, a thousand of them.
SELECT bench.variant('cycle by owner', 'summarize_cycle',
    $$SELECT md5(string_agg(justify_hours(cycle_quantile(c))::text, ',' ORDER BY owner)) FROM (SELECT owner, summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz) AS c FROM deal GROUP BY owner) x$$);
SELECT bench.variant('cycle by owner', 'Kaplan-Meier by window functions',
    $$WITH step AS (
        SELECT owner, took, count(*) FILTER (WHERE is_closed) AS closed, sum(count(*)) OVER (PARTITION BY owner ORDER BY took DESC) AS at_risk
        FROM (SELECT owner, CASE WHEN won IS NULL THEN timestamptz '2027-01-01' ELSE closed END - opened AS took, won IS NOT NULL AS is_closed FROM deal) lasted GROUP BY owner, took
      ), curve AS (
        SELECT owner, took, closed, exp(sum(CASE WHEN closed < at_risk THEN ln(1 - closed / at_risk::double precision) ELSE -50 END) OVER (PARTITION BY owner ORDER BY took)) AS left_over FROM step
      )
      SELECT md5(string_agg(justify_hours(median)::text, ',' ORDER BY owner)) FROM (SELECT owner, min(took) FILTER (WHERE closed > 0 AND left_over <= 0.5 + 1e-12) AS median FROM curve GROUP BY owner) x$$);
SELECT bench.variant('cycle by owner', 'median of closed deals alone',
    $$SELECT owner, percentile_cont(0.5) WITHIN GROUP (ORDER BY closed - opened) FROM deal WHERE won IS NOT NULL GROUP BY owner$$, verify => $$SELECT md5(string_agg(justify_hours(cycle_quantile(c))::text, ',' ORDER BY owner)) FROM (SELECT owner, summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz) AS c FROM deal GROUP BY owner) x$$);
SELECT format('CALL bench.measure(%L, %s)', 'cycle by owner', count(*)) FROM deal \gexec

-- Stored daily, rolled up.
CREATE TABLE daily AS SELECT (opened AT TIME ZONE 'UTC')::date AS day, summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz) AS c FROM deal GROUP BY 1;
VACUUM (FREEZE, ANALYZE) daily;
SELECT bench.variant('roll-up of 700 daily cycles', 'rollup', $$SELECT cycle_quantile(rollup(c)) FROM daily$$);
SELECT bench.variant('roll-up of 700 daily cycles', 'from the deals', $$SELECT cycle_quantile(summarize_cycle(opened, closed, won, '2027-01-01'::timestamptz)) FROM deal$$);
SELECT format('CALL bench.measure(%L, %s)', 'roll-up of 700 daily cycles', count(*)) FROM deal \gexec
