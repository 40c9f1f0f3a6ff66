#!/bin/bash
# The topic totals with four clients: statements of ten lines to ten of fifty deals,
# in random order, beside the tables that totals.sql made. SECONDS_EACH (default 5)
# is how long each variant runs.
set -euo pipefail
seconds=${SECONDS_EACH:-5}
script=$(mktemp)
trap 'rm -f "$script"' EXIT
printf '%-52s %10s %10s\n' "totals, ten of fifty deals, four clients" "tps" "deadlocks"
for suffix in ours executor ordered recomputed statement row none; do
	name=$(psql -X -At -d bench -c "SELECT name FROM subject WHERE suffix = '$suffix'")
	psql -X -q -d bench -c "TRUNCATE line_$suffix"
	echo "INSERT INTO line_$suffix SELECT n, 1, 10 FROM generate_series(1, 50) n ORDER BY random() LIMIT 10;" >"$script"
	before=$(psql -X -At -d bench -c "SELECT deadlocks FROM pg_stat_database WHERE datname = 'bench'")
	tps=$(pgbench -n -M prepared -c 4 -j 2 -T "$seconds" -f "$script" bench 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
	sleep 1
	after=$(psql -X -At -d bench -c "SELECT deadlocks FROM pg_stat_database WHERE datname = 'bench'")
	printf '%-52s %10.0f %10d\n' "$name" "$tps" $((after - before))
done
