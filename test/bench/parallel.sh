#!/bin/bash
# What parallel.sql measured: the clock alone and with two workers, how many times
# as fast that is, and the processor time of all processes against that of one.
set -euo pipefail
psql -X -q -d bench -P footer=off <<-'SQL'
	WITH median AS (
	    SELECT place, workers, percentile_cont(0.5) WITHIN GROUP (ORDER BY clock_ms) AS clock,
	           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu_ms) AS cpu
	    FROM parallel_run GROUP BY place, workers
	)
	SELECT q.name AS "parallel", round(a.clock) AS "ms alone", round(b.clock) AS "ms, two workers",
	       round((a.clock / b.clock)::numeric, 2) AS "times as fast", round((b.cpu / a.cpu)::numeric, 2) AS "processor time"
	FROM query q JOIN median a USING (place) JOIN median b USING (place)
	WHERE a.workers = 0 AND b.workers = 2 ORDER BY q.place;
SQL
