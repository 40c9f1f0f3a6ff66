# A pipeline over several servers in two steps: each summarizes its own deals in
# a view, one reads the views through postgres_fdw and adds the summaries up. The
# result is that of one aggregate over all deals.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('fdw');
plan skip_all => 'postgres_fdw is not installed'
	unless $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");

my $deals = q{
	SELECT i AS id, (ARRAY['north', 'south', 'east'])[1 + i % 3] AS office,
	       round((i * 7919 % 100000)::numeric / 7, i % 4) AS amount,
	       (i * 31 % 101)::double precision AS probability,
	       CASE i % 4 WHEN 0 THEN true WHEN 1 THEN false END AS won,
	       timestamptz '2026-01-01' + i * interval '37 minutes' AS opened,
	       CASE WHEN i % 4 < 2 THEN timestamptz '2026-01-01' + i * interval '91 minutes' END AS closed
	FROM generate_series(1, 20000) i};

# Three shards hold the deals; their server listens on the test's own socket.
for my $shard (0 .. 2)
{
	new_database($node, "shard$shard", qq{
		CREATE EXTENSION opportunity;
		CREATE TABLE deals AS SELECT * FROM ($deals) d WHERE (id * 7 + id / 100) % 3 = $shard;
		CREATE VIEW deals_by_office AS
			SELECT office, count(*) AS deals, opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS summary
			FROM deals GROUP BY office;
	});
}
new_database($node, 'hub', "CREATE EXTENSION opportunity; CREATE TABLE deals AS $deals");
$node->safe_psql('hub', 'CREATE EXTENSION postgres_fdw');
my ($host, $port) = ($node->host, $node->port);
for my $shard (0 .. 2)
{
	$node->safe_psql('hub', qq{
		CREATE SERVER shard$shard FOREIGN DATA WRAPPER postgres_fdw
			OPTIONS (host '$host', port '$port', dbname 'shard$shard', extensions 'opportunity', async_capable 'true');
		GRANT USAGE ON FOREIGN SERVER shard$shard TO seller;
		CREATE USER MAPPING FOR seller SERVER shard$shard OPTIONS (user 'seller', password_required 'false');
	});
	query($node, 'hub', qq{
		CREATE FOREIGN TABLE office$shard (office text, deals bigint, summary opportunity.pipeline_summary)
			SERVER shard$shard OPTIONS (table_name 'deals_by_office');
		CREATE FOREIGN TABLE deals$shard (id int, office text, amount numeric, probability double precision,
			won boolean, opened timestamptz, closed timestamptz) SERVER shard$shard OPTIONS (table_name 'deals');
	});
}

my $direct = query($node, 'hub', q{
	SELECT office, opportunity.summarize_pipeline(amount, probability, won, opened, closed)
	FROM deals GROUP BY office ORDER BY office});
is(scalar(split /\n/, $direct), 3, 'three offices');

my $offices = join ' UNION ALL ', map { "SELECT * FROM office$_" } 0 .. 2;
is(query($node, 'hub', "SELECT sum(deals) FROM ($offices) o"), '20000', 'the shards hold every deal');
is(query($node, 'hub', "SELECT office, opportunity.rollup(summary) FROM ($offices) o GROUP BY office ORDER BY office"),
	$direct, 'summaries made on the shards add up to the direct ones');
is(query($node, 'hub', "SELECT opportunity.rollup(summary) FROM ($offices) o"),
	query($node, 'hub', 'SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) FROM deals'),
	'and over all offices');
is(query($node, 'hub', "SELECT (opportunity.pipeline_figures(opportunity.rollup(summary))).* FROM ($offices) o"),
	query($node, 'hub', 'SELECT (opportunity.pipeline_figures(opportunity.summarize_pipeline(amount, probability, won, opened, closed))).* FROM deals'),
	'with the same figures');

# So do what the cycles, funnels and changes of each shard add up to, in one query over
# the shards' own views.
my %made = (
	cycle_summary => q{opportunity.summarize_cycle(opened, closed, won, timestamptz '2028-01-01')},
	funnel_summary => q{opportunity.summarize_funnel(opportunity.append_step(opportunity.append_step(NULL, 'new', '2026-01-01Z'), CASE WHEN won THEN 'won' ELSE 'lost' END, closed), '{new,won}')},
	pipeline_waterfall => q{opportunity.pipeline_change('open', opportunity.monetary(amount, 'EUR'), opened::date, office, CASE WHEN won THEN 'won' WHEN NOT won THEN 'lost' ELSE 'open' END, opportunity.monetary(amount + id % 3, 'EUR'), opened::date, office, NULL, NULL, NULL)});
for my $type (sort keys %made)
{
	my $where = $type eq 'funnel_summary' ? 'WHERE closed IS NOT NULL' : '';
	for my $shard (0 .. 2)
	{
		query($node, "shard$shard", "CREATE VIEW $type AS SELECT office, $made{$type} AS summary FROM deals $where GROUP BY office");
		query($node, 'hub', "CREATE FOREIGN TABLE $type$shard (office text, summary opportunity.$type) SERVER shard$shard OPTIONS (table_name '$type')");
	}
	my $parts = join ' UNION ALL ', map { "SELECT * FROM $type$_" } 0 .. 2;
	is(query($node, 'hub', "SELECT office, md5(opportunity.rollup(summary)::text) FROM ($parts) p GROUP BY office ORDER BY office"),
		query($node, 'hub', "SELECT office, md5($made{$type}::text) FROM deals $where GROUP BY office ORDER BY office"), "$type made on the shards adds up to the direct one");
	is(query($node, 'hub', "SELECT md5(opportunity.${type}_send(opportunity.rollup(summary))) FROM ($parts) p"),
		query($node, 'hub', "SELECT md5(opportunity.${type}_send($made{$type})) FROM deals $where"), "$type, over all offices, to the byte");
}

# Amounts with their currency travel too: compared and summed where they lie.
for my $shard (0 .. 2)
{
	query($node, "shard$shard", q{
		CREATE TABLE prices AS SELECT id, office, opportunity.monetary(amount, 'EUR') AS price FROM deals;
		CREATE VIEW sums_by_office AS
			SELECT office, opportunity.monetary_sum_add('(0,,0)', opportunity.sum(price)) AS state FROM prices GROUP BY office});
	query($node, 'hub', qq{
		CREATE FOREIGN TABLE prices$shard (id int, office text, price opportunity.monetary('EUR'))
			SERVER shard$shard OPTIONS (table_name 'prices');
		CREATE FOREIGN TABLE sums$shard (office text, state opportunity.monetary_sum)
			SERVER shard$shard OPTIONS (table_name 'sums_by_office')});
}
my $prices = join ' UNION ALL ', map { "SELECT * FROM prices$_" } 0 .. 2;
my $sums = query($node, 'hub', "SELECT office, opportunity.sum(opportunity.monetary(amount, 'EUR')), opportunity.max(opportunity.monetary(amount, 'EUR')) FROM deals GROUP BY office ORDER BY office");
is(query($node, 'hub', "SELECT office, opportunity.sum(price), opportunity.max(price) FROM ($prices) p GROUP BY office ORDER BY office"),
	$sums, 'sums of monetary amounts gathered from the shards');
my $pushed = q{SELECT opportunity.sum(2.5 OPERATOR(opportunity.*) price) FROM prices0 WHERE price OPERATOR(opportunity.>) 'EUR 100'};
like(query($node, 'hub', "EXPLAIN (VERBOSE, COSTS OFF) $pushed"), qr/Remote SQL: SELECT opportunity\.sum\(.*WHERE/, 'the aggregate runs on the shard');
is(query($node, 'hub', $pushed), query($node, 'shard0', $pushed =~ s/prices0/prices/r), 'with the same sum');
is(state_of($node, 'hub', "INSERT INTO prices0 VALUES (0, 'north', 'USD 1')"), '22023', 'the modifier holds on a foreign table');
is(query($node, 'hub', "INSERT INTO prices0 VALUES (0, 'none', 'EUR -1.25'); SELECT price FROM prices0 WHERE id = 0; DELETE FROM prices0 WHERE id = 0"), 'EUR -1.25', 'amounts are written through');
query($node, 'hub', 'CREATE AGGREGATE added(opportunity.monetary_sum) (SFUNC = opportunity.monetary_sum_combine, STYPE = opportunity.monetary_sum)');
my $states = join ' UNION ALL ', map { "SELECT * FROM sums$_" } 0 .. 2;
is(query($node, 'hub', "SELECT office, opportunity.monetary_sum_final(added(state)) FROM ($states) s GROUP BY office ORDER BY office"),
	query($node, 'hub', "SELECT office, opportunity.sum(opportunity.monetary(amount, 'EUR')) FROM deals GROUP BY office ORDER BY office"),
	'partial sums made on the shards add up to the direct ones');

# Rows that travel, in one step: the aggregate runs on the hub.
my $rows = join ' UNION ALL ', map { "SELECT * FROM deals$_" } 0 .. 2;
is(query($node, 'hub', "SELECT office, opportunity.summarize_pipeline(amount, probability, won, opened, closed) FROM ($rows) d GROUP BY office ORDER BY office"),
	$direct, 'rows gathered from the shards give the same');

$node->stop;
done_testing();
