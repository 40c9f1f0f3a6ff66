# Totals under random writers at once, in every way of writing them; and what
# fires on a subscriber of logical replication.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('totals');
$node->append_conf('postgresql.conf', "wal_level = logical\nmax_wal_senders = 4\nmax_replication_slots = 4\ndeadlock_timeout = 50ms");
$node->restart;

# Deals that need no executor, deals that do, and amounts that must be added up.
my %kinds = (
	direct => [ 'price', '' ],
	executor => [ 'price', 'CHECK (id > 0)' ],
	anew => [ 'price * quantity', '' ]);

new_database($node, 'shop', 'CREATE EXTENSION opportunity');
for my $kind (sort keys %kinds)
{
	my ($amount, $constraint) = @{ $kinds{$kind} };
	query($node, 'shop', qq{
		CREATE TABLE deals_$kind (id integer PRIMARY KEY $constraint, amount numeric(14,2), items integer DEFAULT 0);
		CREATE TABLE lines_$kind (id bigserial PRIMARY KEY, deal_id integer REFERENCES deals_$kind ON DELETE CASCADE,
			price numeric(12,2), quantity numeric DEFAULT 1.5, closed boolean DEFAULT false);
		CREATE INDEX ON lines_$kind (deal_id);
		INSERT INTO deals_$kind SELECT n, n FROM generate_series(1, 20) AS n;
		SELECT opportunity.attach_totals('deals_$kind', 'amount', 'lines_$kind', 'deal_id', '$amount', 'NOT closed');
		SELECT opportunity.attach_totals('deals_$kind', 'items', 'lines_$kind', 'deal_id', '1', when_empty => 'zero');
	});
	my %scripts = (
		insert => "INSERT INTO lines_$kind (deal_id, price) VALUES (:a, :p)",
		many => "INSERT INTO lines_$kind (deal_id, price) SELECT 1 + (:a + n * 7) % 20, n FROM generate_series(1, 6) n",
		change => "UPDATE lines_$kind SET price = price + :p WHERE id = (SELECT max(id) FROM lines_$kind WHERE deal_id = :a)",
		move => "UPDATE lines_$kind SET deal_id = :b WHERE id = (SELECT min(id) FROM lines_$kind WHERE deal_id = :a)",
		close => "UPDATE lines_$kind SET closed = NOT closed WHERE deal_id = :a",
		empty => "DELETE FROM lines_$kind WHERE deal_id = :a",
		upsert => "INSERT INTO lines_$kind (id, deal_id, price) VALUES (-:a, :b, :p) ON CONFLICT (id) DO UPDATE SET deal_id = excluded.deal_id, price = excluded.price",
		both => "BEGIN; INSERT INTO lines_$kind (deal_id, price) VALUES (least(:a, :b), 1); DELETE FROM lines_$kind WHERE deal_id = greatest(:a, :b); END",
		undone => "BEGIN; INSERT INTO lines_$kind (deal_id, price) VALUES (:a, :p); ROLLBACK");
	my @files;
	for my $name (sort keys %scripts)
	{
		my $file = $node->basedir . "/$kind.$name.sql";
		append_to_file($file, "\\set a random(1, 20)\n\\set b random(1, 20)\n\\set p random(-50, 100)\n"
			  . join("\n", map { "$_;" } split(/; /, $scripts{$name})) . "\n");
		push @files, '-f', $file;
	}
	for my $isolation ('read committed', 'repeatable read')
	{
		local $ENV{PGOPTIONS} = "-c default_transaction_isolation=" . ($isolation =~ s/ /\\ /r);
		my ($out, $err) = ('', '');
		my $result = IPC::Run::run(
			[ 'pgbench', '-n', '-U', 'seller', '-h', $node->host, '-p', $node->port, '-M', 'simple',
				'-c', '4', '-t', '150', '--max-tries=100', '--random-seed=11', @files, 'shop' ],
			'>', \$out, '2>', \$err);
		ok($result && $out =~ /processed: 600\/600/, "$kind, $isolation: four writers at once");
		diag("$out\n$err") unless $out =~ /processed: 600\/600/;
		is(query($node, 'shop', "SELECT count(*) FROM opportunity.check_totals('deals_$kind') WHERE problem LIKE 'total %'"),
			0, "$kind, $isolation: all totals are right");
	}
}

# One statement to many deals, in any order, never ends in a deadlock.
query($node, 'shop', 'TRUNCATE lines_direct, lines_executor');
for my $kind ('direct', 'executor')
{
	my $file = $node->basedir . "/$kind.hot.sql";
	append_to_file($file, "INSERT INTO lines_$kind (deal_id, price) SELECT n, 1 FROM generate_series(1, 20) n ORDER BY random() LIMIT 10;\n");
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'pgbench', '-n', '-U', 'seller', '-h', $node->host, '-p', $node->port, '-c', '4', '-t', '100', '-f', $file, 'shop' ],
		'>', \$out, '2>', \$err);
	like($out, qr/processed: 400\/400/, "$kind: ten lines to ten of twenty deals, no deadlock");
	is(query($node, 'shop', "SELECT sum(items), sum(amount) FROM deals_$kind"), '4000|4000.00', "$kind: nothing is lost");
}

# Logical replication: a subscriber's apply worker fires no statement triggers. Who
# subscribes to the deals as well has their totals from the publisher; for lines
# alone, check_totals says what is wrong and rebuild_totals repairs it.
new_database($node, 'subscriber', q{
	CREATE EXTENSION opportunity;
	CREATE TABLE deals_direct (id integer PRIMARY KEY, amount numeric(14,2), items integer DEFAULT 0);
	CREATE TABLE lines_direct (id bigint PRIMARY KEY, deal_id integer REFERENCES deals_direct ON DELETE CASCADE,
		price numeric(12,2), quantity numeric, closed boolean);
	CREATE INDEX ON lines_direct (deal_id);
	SELECT opportunity.attach_totals('deals_direct', 'amount', 'lines_direct', 'deal_id', 'price', 'NOT closed');
	SELECT opportunity.attach_totals('deals_direct', 'items', 'lines_direct', 'deal_id', '1', when_empty => 'zero');
});
query($node, 'shop', 'TRUNCATE lines_direct');
$node->safe_psql('shop', 'CREATE PUBLICATION sales FOR TABLE deals_direct, lines_direct');
$node->safe_psql('shop', "SELECT pg_create_logical_replication_slot('sales', 'pgoutput')");
my $connection = $node->connstr('shop') =~ s/'/''/gr;
$node->safe_psql('subscriber', "CREATE SUBSCRIPTION sales CONNECTION '$connection' PUBLICATION sales WITH (create_slot = false, slot_name = 'sales')");
$node->poll_query_until('subscriber', "SELECT count(*) = 2 FROM pg_subscription_rel WHERE srsubstate = 'r'");
query($node, 'shop', 'INSERT INTO lines_direct (deal_id, price) VALUES (1, 10), (1, 20), (2, 5)');
query($node, 'shop', 'UPDATE lines_direct SET price = price + 1');
$node->wait_for_catchup('sales');
is(query($node, 'subscriber', 'SELECT id, amount, items FROM deals_direct WHERE id < 3 ORDER BY id'),
	"1|32.00|2\n2|6.00|1", 'the totals arrive with the deals, written without the executor on the other side');
is(query($node, 'subscriber', "SELECT count(*) FROM opportunity.check_totals('deals_direct')"), 0, 'and are right');

$node->safe_psql('shop', 'ALTER PUBLICATION sales DROP TABLE deals_direct');
query($node, 'shop', 'INSERT INTO lines_direct (deal_id, price) VALUES (2, 100)');
$node->wait_for_catchup('sales');
is(query($node, 'subscriber', "SELECT parent_key, total_column, stored, computed FROM opportunity.check_totals('deals_direct') ORDER BY 2"),
	"2|amount|6.00|106.00\n2|items|1|2", 'lines that come alone change no total');
is(query($node, 'subscriber', "SELECT opportunity.rebuild_totals('deals_direct')"), 2, 'which rebuild_totals repairs');
$node->safe_psql('subscriber', 'ALTER SUBSCRIPTION sales DISABLE; ALTER SUBSCRIPTION sales SET (slot_name = NONE); DROP SUBSCRIPTION sales');

# Nothing fires for a session that says it is a replica.
$node->safe_psql('shop', "SET session_replication_role = replica; INSERT INTO lines_executor (deal_id, price) VALUES (3, 7)");
is(query($node, 'shop', "SELECT total_column FROM opportunity.check_totals('deals_executor') ORDER BY 1"), "amount\nitems",
	'session_replication_role = replica: totals stand still');
is(query($node, 'shop', "SELECT opportunity.rebuild_totals('deals_executor')"), 2, 'and are repaired');

$node->stop;
done_testing();
