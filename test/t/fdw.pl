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

# Rows that travel, in one step: the aggregate runs on the hub.
my $rows = join ' UNION ALL ', map { "SELECT * FROM deals$_" } 0 .. 2;
is(query($node, 'hub', "SELECT office, opportunity.summarize_pipeline(amount, probability, won, opened, closed) FROM ($rows) d GROUP BY office ORDER BY office"),
	$direct, 'rows gathered from the shards give the same');

$node->stop;
done_testing();
