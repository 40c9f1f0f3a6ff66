# pg_dump and restore, every way they are done: what comes back has its rules
# on, its totals right and each row once. And a restart of the server.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('dump');
my $dir = $node->basedir;

# A user's own tables with a process and totals, another partitioned by its
# stage, and the ready-made model beside them.
new_database($node, 'source', q{
	CREATE EXTENSION opportunity;
	CREATE SCHEMA app;
	SET search_path = app, opportunity;
	CREATE TABLE deals (
		id bigint PRIMARY KEY,
		stage text,
		amount numeric(14,2),
		units numeric(14,5),
		reason text,
		probability numeric,
		closed_at timestamptz,
		summary pipeline_summary);
	CREATE TABLE deal_items (
		deal_id bigint NOT NULL REFERENCES deals ON DELETE CASCADE,
		quantity numeric(19,5) NOT NULL,
		price numeric(18,2) NOT NULL,
		discount numeric,
		net numeric GENERATED ALWAYS AS (opportunity.net_amount(quantity, price, 0, discount)) STORED);
	CREATE INDEX ON deal_items (deal_id);
	CREATE INDEX ON deal_items (opportunity.net_amount(quantity, price, 0, discount));
	CREATE TABLE quotes (
		id int,
		price monetary('EUR') NOT NULL DEFAULT 'EUR 0',
		fee monetary('ALL'),
		budget monetary,
		quantity numeric(19,5),
		net monetary(EUR) GENERATED ALWAYS AS (quantity * price - 'EUR 1') STORED,
		prices monetary[],
		partial monetary_sum,
		breaks quantity_breaks DEFAULT '[10,50):5%, [50,):12.5%',
		discount numeric GENERATED ALWAYS AS (volume_discount(breaks, quantity, amount(price))) STORED,
		CHECK (price >= 'EUR 0'), CHECK (breaks <> '[1,):100%')) PARTITION BY RANGE (price);
	CREATE TABLE quotes_small PARTITION OF quotes FOR VALUES FROM ('EUR 0') TO ('EUR 100');
	CREATE TABLE quotes_large PARTITION OF quotes FOR VALUES FROM ('EUR 100') TO (MAXVALUE);
	CREATE INDEX ON quotes (net);
	CREATE INDEX ON quotes USING hash (budget);
	CREATE INDEX ON quotes USING hash (breaks);
	CREATE TABLE prices_of (price monetary NOT NULL, n int) PARTITION BY LIST (price);
	CREATE TABLE prices_of_five PARTITION OF prices_of FOR VALUES IN ('EUR 5', 'USD 5');
	CREATE TABLE prices_of_others PARTITION OF prices_of DEFAULT;
	CREATE TABLE tiers (breaks quantity_breaks NOT NULL, n int) PARTITION BY HASH (breaks);
	CREATE TABLE tiers_0 PARTITION OF tiers FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE tiers_1 PARTITION OF tiers FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	CREATE TABLE spans (id int PRIMARY KEY, prices monetary UNIQUE);
	CREATE INDEX ON quotes ((amount(2 * price))) WHERE price <> 'EUR 5';
	CREATE VIEW quote_sums AS SELECT currency(budget) AS currency, sum(net) AS net, max(abs(- price)) AS greatest FROM quotes GROUP BY currency(budget);
	CREATE TABLE events (id int, status text, deal int) PARTITION BY LIST (status);
	CREATE TABLE events_open PARTITION OF events FOR VALUES IN ('new', 'talk');
	CREATE TABLE events_done PARTITION OF events FOR VALUES IN ('won', 'lost');
	SELECT attach_totals('deals', 'amount, units', 'deal_items', 'deal_id',
		'opportunity.net_amount(quantity, price, 0, discount), quantity');
	SELECT attach_process('deals', 'stage', $${"stages": [
		{"name": "new", "probability": 10},
		{"name": "talk", "label": "Let's \"talk\" \\\\ now", "probability": 50, "required": ["amount"]},
		{"name": "won", "outcome": "won", "required": ["amount"]},
		{"name": "lost", "outcome": "lost", "required": ["reason"]}]}$$,
		probability_column => 'probability', closed_at_column => 'closed_at');
	SELECT attach_process('events', 'status', '{"stages": [{"name": "new"}, {"name": "talk"},
		{"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}');
	INSERT INTO deals (id, stage) SELECT i, 'new' FROM generate_series(1, 40) i;
	INSERT INTO deal_items SELECT 1 + i % 30, 1 + i % 7 + 0.5, 99.99 + i, i % 3 FROM generate_series(1, 200) i;
	UPDATE deals SET stage = 'talk' WHERE id <= 20;
	UPDATE deals SET stage = 'won' WHERE id <= 10;
	UPDATE deals SET stage = 'lost', reason = 'price' WHERE id BETWEEN 11 AND 15;
	UPDATE deals SET summary = (SELECT summarize_pipeline(amount, probability::float8, stage = 'won') FROM deals) WHERE id = 1;
	INSERT INTO quotes (id, price, fee, budget, quantity, prices, partial) SELECT i, monetary(i * 3.337, 'EUR'), monetary(i, 'ALL'), monetary(-i, (ARRAY['EUR', 'JPY', 'KWD'])[1 + i % 3]), i / 7.0,
		ARRAY[monetary(i, 'CLF')], monetary_sum_add('(0,,0)', monetary(i, 'USD')) FROM generate_series(1, 60) i;
	UPDATE quotes SET breaks = CASE WHEN id % 3 > 0 THEN '[2,):0.333'::quantity_breaks END WHERE id > 50;
	INSERT INTO prices_of SELECT monetary(4 + i % 3, (ARRAY['EUR', 'USD'])[1 + i % 2]), i FROM generate_series(1, 12) i;
	INSERT INTO tiers SELECT format('[%s,):5%%', i)::quantity_breaks, i FROM generate_series(1, 12) i;
	INSERT INTO spans SELECT i, monetary(i, 'JPY') FROM generate_series(1, 12) i;
	INSERT INTO events SELECT i, 'new', i FROM generate_series(1, 10) i;
	UPDATE events SET status = 'talk';
	UPDATE events SET status = 'won' WHERE id <= 5;
	CREATE TABLE stages (id int PRIMARY KEY, name text, place int, chance numeric, state text);
	INSERT INTO stages VALUES (7, 'first "look"', 1, 20, 'open'), (5, 'offer', 2, 60, 'open'), (6, 'signed', 3, 100, 'won');
	CREATE TABLE leads (id int PRIMARY KEY, stage_id int REFERENCES stages, outcome text, entered timestamptz, path stage_path);
	SELECT attach_process('leads', 'stage_id', (SELECT collect_process(name, chance, state ORDER BY place) FROM stages),
		outcome_column => 'outcome', entered_at_column => 'entered', path_column => 'path',
		stage_table => 'stages', notify => 'Lead moves');
	INSERT INTO leads (id) SELECT generate_series(1, 3);
	UPDATE leads SET stage_id = 5 WHERE id > 1;
	SELECT advance('leads', '3');
	CREATE TABLE kinds (name text PRIMARY KEY, definition sales_process NOT NULL, is_default boolean);
	INSERT INTO kinds VALUES ('small', '{"stages": [{"name": "new"}, {"name": "won", "outcome": "won"}]}', true),
		('large', '{"stages": [{"name": "plan"}, {"name": "won", "outcome": "won"}]}', false);
	CREATE TABLE choices (place int PRIMARY KEY, kind text REFERENCES kinds, condition text);
	INSERT INTO choices VALUES (1, 'large', 'amount > 100');
	CREATE TABLE orders (id int PRIMARY KEY, kind text REFERENCES kinds, stage text, amount numeric);
	SELECT attach_process('orders', 'stage', process_table => 'kinds', process_column => 'kind',
		rule_table => 'choices', rule_position => 'place', rule_process => 'kind');
	INSERT INTO orders (id, amount) VALUES (1, 1), (2, 1000);
	SELECT create_workspace('crm', 'EUR');
	-- a schema of its own: data alone into live triggers would be logged once more
	CREATE SCHEMA log;
	CREATE TABLE log.deal (id int PRIMARY KEY, stage text, path stage_path);
	INSERT INTO log.deal VALUES (1, 'new', NULL);
	SELECT attach_history('log.deal', 'log."Deal history"', 'stage, path');
	UPDATE log.deal SET stage = 'talk', path = '[{"stage": "n\\"e\\\\w", "entered": "2026-01-01T00:00:00.000001Z"}, {"stage": "talk", "entered": "2026-02-01T00:00:00Z"}]';
	INSERT INTO log.deal VALUES (2, 'new', '[]');
	DELETE FROM log.deal WHERE id = 2;
});
query($node, 'source', q{
	SET search_path = crm;
	INSERT INTO account (name) VALUES ('Fabrikam');
	INSERT INTO product (code, name, kind, status, list_price) VALUES ('S-100', 'Café S-100', 'product', 'active', 4200);
	SELECT new_opportunity('Two machines', 'Fabrikam');
	SELECT add_line(id, 'S-100', 2, 4100) FROM opportunity;
});

my $want = fingerprints($node, 'source', 'app', 'crm', 'log');
my $triggers = q{SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
	WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text COLLATE "C", tgname COLLATE "C"};
my $want_triggers = query($node, 'source', $triggers);
like($want_triggers, qr/^app\.deals\|.*EXECUTE FUNCTION opportunity\./m, 'there are triggers to bring back');

# The rules hold in a database, and nothing in it is changed by asking.
sub rules_hold
{
	my ($database, $how) = @_;
	my %refused = (
		'a move that skips a stage' => [ "UPDATE app.deals SET stage = 'won' WHERE id = 30", '23514' ],
		'a gate that is not passed' => [ "INSERT INTO app.deals (id, stage) VALUES (900, 'new'); UPDATE app.deals SET stage = 'talk' WHERE id = 900; UPDATE app.deals SET stage = 'won' WHERE id = 900", '23502' ],
		'an outcome without its reason' => [ "UPDATE app.deals SET stage = 'lost' WHERE id = 31", '23502' ],
		'a forged total' => [ "UPDATE app.deals SET amount = 1 WHERE id = 1", '23514' ],
		'a move between partitions' => [ "UPDATE app.events SET status = 'lost' WHERE id = 1", '23514' ],
		'a leap by stage ids' => [ "UPDATE app.leads SET stage_id = 6 WHERE id = 1", '23514' ],
		'a stage that has lost its name' => [ "UPDATE app.stages SET name = 'bid' WHERE id = 5; UPDATE app.leads SET stage_id = 5 WHERE id = 1", '22023' ],
		'an amount in another currency' => [ "INSERT INTO app.quotes (price) VALUES ('USD 1')", '22023' ],
		'a discount list that its CHECK refuses' => [ "INSERT INTO app.quotes (price, breaks) VALUES ('EUR 1', '[1,):100%')", '23514' ],
		'a price that is there already' => [ "INSERT INTO app.spans VALUES (900, 'JPY 5')", '23505' ],
		'an unknown stage' => [ "INSERT INTO app.deals (id, stage) VALUES (901, 'nowhere')", '23514' ]);
	for my $what (sort keys %refused)
	{
		my ($sql, $state) = @{ $refused{$what} };
		is(state_of($node, $database, "BEGIN;\n$sql"), $state, "$how: $what is refused");
	}
	is(query($node, $database, q{
			BEGIN;
			INSERT INTO app.deal_items VALUES (40, 2, 10, 1);
			UPDATE app.deals SET stage = 'talk' WHERE id = 40;
			SELECT amount, units, probability FROM app.deals WHERE id = 40;
			ROLLBACK}),
		'19.00|2.00000|50', "$how: totals and maintained columns follow");
	is(query($node, $database, q{
			BEGIN;
			SET LOCAL search_path = public, opportunity;
			SET LOCAL enable_seqscan = off;
			INSERT INTO app.quotes (id, price, quantity) VALUES (900, 'EUR 20', 60);
			SELECT net, discount FROM app.quotes WHERE id = 900;
			SELECT count(*) FROM app.quotes WHERE net = 'EUR 1199';
			SELECT count(*) FROM app.quotes WHERE breaks = '[2,):0.333';
			INSERT INTO app.prices_of VALUES ('USD 5', 0), ('KWD 5', 0);
			INSERT INTO app.tiers VALUES ('[3,):5%', 0);
			SELECT tableoid::regclass, count(*) FROM app.prices_of GROUP BY 1 ORDER BY 1;
			SELECT count(DISTINCT tableoid), count(*) FROM app.tiers WHERE breaks = '[3,):5%';
			ROLLBACK}),
		"EUR 1199.00|2.50000\n1\n6\napp.prices_of_five|5\napp.prices_of_others|9\n1|2", "$how: columns, indexes and partitions of the extension's types work");
	is(query($node, $database, q{
			BEGIN;
			UPDATE app.leads SET stage_id = 6, outcome = 'lost' WHERE id = 2;
			SELECT outcome, (SELECT string_agg(stage, ', ' ORDER BY n) FROM opportunity.path_steps(path)) FROM app.leads WHERE id = 2;
			ROLLBACK}),
		'won|first "look", offer, signed', "$how: outcome and path follow");
	is(query($node, $database, q{
			BEGIN;
			UPDATE app.choices SET condition = 'amount > 10';
			INSERT INTO app.orders (id, amount) VALUES (900, 5), (901, 50) RETURNING kind, stage;
			ROLLBACK}),
		"small|new\nlarge|plan", "$how: rules choose the process, and their changes are noticed");
	is(query($node, $database, q{SELECT count(*) FROM opportunity.check_totals('app.deals')}), '0', "$how: totals equal their lines");
	return;
}

sub history_goes_on
{
	my ($database, $how) = @_;
	is(state_of($node, $database, q{UPDATE log."Deal history" SET new_value = 'forged'}), '23514', "$how: a history is only appended to");
	is(query($node, $database, q{
			BEGIN;
			UPDATE log.deal SET stage = 'won';
			SELECT max(id), max(id) FILTER (WHERE new_value = 'won'), (SELECT count(*) FROM opportunity.rows_as_of(NULL::log.deal, clock_timestamp()) WHERE path IS NOT NULL) FROM log."Deal history";
			ROLLBACK}) =~ /^(\d+)\|\1\|1$/, 1, "$how: entries go on counting");
	return;
}

sub came_back
{
	my ($database, $how) = @_;
	is(fingerprints($node, $database, 'app', 'crm', 'log'), $want, "$how: every table has its rows, once");
	is(query($node, $database, $triggers), $want_triggers, "$how: the same triggers");
	rules_hold($database, $how);
	history_goes_on($database, $how);
	return;
}

rules_hold('source', 'before');
history_goes_on('source', 'before');

my @from = ('-d', $node->connstr('source') . ' user=seller');
sub into { return ('-d', $node->connstr($_[0]) . ' user=seller') }

# Plain text through psql.
new_database($node, 'plain');
command_ok([ 'pg_dump', @from, '-f', "$dir/plain.sql" ], 'pg_dump');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', into('plain'), '-f', "$dir/plain.sql" ], 'psql reads it');
came_back('plain', 'plain');

# The archive at once, in parallel jobs, and section by section.
command_ok([ 'pg_dump', '-Fc', @from, '-f', "$dir/archive" ], 'pg_dump -Fc');
new_database($node, 'archive');
command_ok([ 'pg_restore', '--exit-on-error', into('archive'), '-j', '2', "$dir/archive" ], 'pg_restore');
came_back('archive', 'archive');

new_database($node, 'sections');
for my $section ('pre-data', 'data', 'post-data')
{
	command_ok([ 'pg_restore', '--exit-on-error', into('sections'), "--section=$section", "$dir/archive" ], "pg_restore $section");
}
came_back('sections', 'sections');

# Data alone into a schema whose triggers are on and fire: the deals come in at
# whatever stage they had, with totals of lines that are not there yet.
new_database($node, 'data');
command_ok([ 'pg_restore', '--exit-on-error', into('data'), '--schema-only', "$dir/archive" ], 'pg_restore --schema-only');
command_ok([ 'pg_dump', '--data-only', @from, '-n', 'app', '-f', "$dir/data.sql" ], 'pg_dump --data-only');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', into('data'), '-f', "$dir/data.sql" ], 'psql reads data into live triggers');
is(fingerprints($node, 'data', 'app'), fingerprints($node, 'source', 'app'), 'data only: every table has its rows, once');
rules_hold('data', 'data only');

# INSERTs instead of COPY.
new_database($node, 'inserts');
command_ok([ 'pg_dump', '--inserts', @from, '-f', "$dir/inserts.sql" ], 'pg_dump --inserts');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', into('inserts'), '-f', "$dir/inserts.sql" ], 'psql reads it');
came_back('inserts', 'inserts');

# What was dumped from the copy is what was dumped from the source, but for the
# number that a history's sequence gave to a write which was rolled back.
command_ok([ 'pg_dump', '-d', $node->connstr('archive') . ' user=seller', '-f', "$dir/again.sql" ], 'pg_dump of the copy');
my ($first, $again) = map { join "\n", grep { !/^\\(un)?restrict |setval\('log\./ } split /\n/, slurp_file("$dir/$_.sql") } 'plain', 'again';
ok($first eq $again, 'a dump of the restored database is the same text');

# Nothing lives in the server's memory only.
$node->restart;
rules_hold('source', 'after a restart');
$node->stop('immediate');
$node->start;
came_back('source', 'after a crash');

$node->stop;
done_testing();
