#!/bin/bash
# The topic totals with four clients: statements of ten lines to ten of fifty deals,
# in random order, beside the tables that totals.sql made. All variants run in turn,
# ROUNDS times (default 5) for SECONDS_EACH (default 2); medians are printed, and that
# of the rounds' ratios to ours, which a busy machine disturbs less.
set -euo pipefail
seconds=${SECONDS_EACH:-2}
rounds=${ROUNDS:-5}
variants=(ours executor ordered recomputed statement row none)
script=$(mktemp)
trap 'rm -f "$script"' EXIT
declare -A runs ratios deadlocks

deadlock_count() { psql -X -At -d bench -c "SELECT deadlocks FROM pg_stat_database WHERE datname = 'bench'"; }
median() { tr ' ' '\n' <<<"$1" | grep . | sort -g | sed -n "$(((rounds + 1) / 2))p"; }

for ((round = 1; round <= rounds; round++)); do
	for suffix in "${variants[@]}"; do
		psql -X -q -d bench -c "TRUNCATE line_$suffix" -c "VACUUM deal_$suffix"
		echo "INSERT INTO line_$suffix SELECT n, 1, 10 FROM generate_series(1, 50) n ORDER BY random() LIMIT 10;" >"$script"
		before=$(deadlock_count)
		tps=$(pgbench -n -M prepared -c 4 -j 2 -T "$seconds" -f "$script" bench 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
		sleep 1
		runs[$suffix]+=" $tps"
		deadlocks[$suffix]=$((${deadlocks[$suffix]:-0} + $(deadlock_count) - before))
		[ "$suffix" != ours ] || ours=$tps
		ratios[$suffix]+=" $(awk "BEGIN { print $ours / $tps }")"
	done
done
printf '%-60s %10s %10s %10s\n' "totals, ten of fifty deals, four clients" "tps" "ours x" "deadlocks"
for suffix in "${variants[@]}"; do
	name=$(psql -X -At -d bench -c "SELECT name FROM subject WHERE suffix = '$suffix'")
	printf '%-60s %10.0f %10.2f %10d\n' "$name" "$(median "${runs[$suffix]}")" "$(median "${ratios[$suffix]}")" "${deadlocks[$suffix]}"
done
