# Mutated literals and mutated binary values: every one is accepted or answered
# with a clean error, and the server lives. OPPORTUNITY_SEED repeats a run,
# OPPORTUNITY_FUZZ sets how many mutations of each value are tried.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{OPPORTUNITY_SEED} // 20260;
my $rounds = $ENV{OPPORTUNITY_FUZZ} // 1500;
srand($seed);
note("OPPORTUNITY_SEED=$seed OPPORTUNITY_FUZZ=$rounds");

my $node = start_node('fuzz');
new_database($node, 'fuzz', 'CREATE EXTENSION opportunity');
$node->safe_psql('postgres', 'GRANT pg_read_server_files TO seller');

# Valid values of each type, and pieces that its parser knows.
my %values = (
	monetary => [ q('EUR 1250.00'), q('-900719925474.0991 CLF') ],
	monetary_sum => [ q('(3,EUR,-1250.05)'), q('(0,,0)') ],
	sales_process => [
		q('{"stages": [{"name": "qualify", "label": "Qualify", "probability": 10, "forecast_category": "pipeline", "rotting_days": 14, "required": ["budget", "maker"]}, {"name": "develop", "probability": 30.5}, {"name": "won", "outcome": "won", "required": ["actual"]}, {"name": "lost", "outcome": "lost"}], "moves": {"skip": false, "back": true, "reopen": true, "start": ["qualify"]}}'),
		q('{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}') ],
	stage_path => [
		q('[{"stage": "qualify", "entered": "2026-01-05T10:00:00+00:00"}, {"stage": "devélop \"it\"", "entered": "2026-01-06T10:00:00.25+00:00"}, {"stage": "qualify", "entered": "12026-01-06T10:00:00.25+00:00"}]'),
		q((SELECT opportunity.collect_path('s' || i % 7, timestamptz '2026-01-01Z' + i * interval '1 hour') FROM generate_series(1, 40) i)) ],
	cycle_summary => [
		q((SELECT opportunity.summarize_cycle(date '2026-01-01', date '2026-01-01' + i % 7, i % 3 = 0, '2026-03-01') FROM generate_series(1, 20) i)) ],
	funnel_summary => [
		q((SELECT opportunity.summarize_funnel(opportunity.append_step(opportunity.append_step(NULL, chr(97 + i % 3), '2026-01-01Z'), 'lost', timestamptz '2026-01-01Z' + i % 5 * interval '1 day'), '{a,b,c}') FROM generate_series(1, 20) i)),
		q((SELECT opportunity.summarize_funnel(NULL, '{a}'))) ],
	pipeline_waterfall => [
		q((SELECT opportunity.pipeline_change('open', i, date '2026-01-01', 'a', (ARRAY['open', 'won', 'lost', NULL])[i % 4 + 1], i % 3 + 0.25, date '2026-01-01', 'b', NULL, NULL, NULL) FROM generate_series(1, 20) i)),
		q((SELECT opportunity.pipeline_change('open', opportunity.monetary(i, 'EUR'), date '2026-01-01', 'a', (ARRAY['open', 'won', 'lost', NULL])[i % 4 + 1], opportunity.monetary(i % 3 + 0.25, 'EUR'), date '2026-01-01', 'b', NULL, NULL, NULL) FROM generate_series(1, 20) i)) ],
	pipeline_summary => [
		q((SELECT opportunity.summarize_pipeline(a, p, w, o, c) FROM (VALUES (1.5, 10::float8, NULL::boolean, timestamptz '2026-01-01', NULL::timestamptz), (2000000.25, 50, NULL, '2026-01-02', NULL), (300, 100, true, '2026-01-01', '2026-02-01'), (7, 0, false, '2026-01-01', '2026-03-01')) v(a, p, w, o, c))),
		q((SELECT opportunity.summarize_pipeline(a, 0::float8, true) FROM (SELECT 1.0 AS a WHERE false) v)) ],
	quantity_breaks => [
		q{'[10,50):5%, [50,99.5):12.5%, [99.5,1000.00001):0.000001, [2000,):100%'},
		q{'[0,1):0'} ],
	revenue_state => [
		q(opportunity.revenue_add(opportunity.revenue_add(NULL, 2.5, 99.99), 4, 'NaN')),
		q(opportunity.revenue_add(NULL, 2, -1e30)) ]);
my @pieces = ('{', '}', '[', ']', ',', ':', '"', '\\', "'", '-', '+', '.', 'e', 'E', '0', '9', '99999999999999999999', '-1', '1e308',
	'1e-400', 'NaN', 'Infinity', '-Infinity', 'null', 'true', '\\u0000', '\\ud800', "\x{e4}", ' ', "\n", "\t", 'stages', 'name', 'moves', 'EUR', 'XAU', '(', 'entered', 'T10:00', '+02:00', ' BC', 'infinity', '{}', '[]',
	'[1,2):3%', '):', '%', '),', '9223372036854.77580', 'x' x 300, '[' x 200, '{"a":' x 100);

sub mutate
{
	my ($text, $pieces) = @_;
	for (0 .. int(rand(3)))
	{
		my $at = int(rand(length($text) + 1));
		my $length = int(rand(6));
		my $kind = int(rand(6));
		if ($kind == 0) { substr($text, $at, $length) = '' }
		elsif ($kind == 1) { substr($text, $at, 0) = $pieces->[ rand @$pieces ] }
		elsif ($kind == 2) { substr($text, $at, $length) = $pieces->[ rand @$pieces ] }
		elsif ($kind == 3) { $text = substr($text, 0, $at) }
		elsif ($kind == 4) { substr($text, $at, 0) = substr($text, int(rand(length($text) + 1)), int(rand(40))) }
		else { substr($text, $at, 1) = chr(1 + int(rand(126))) if $at < length $text }
	}
	return $text;
}

# Runs a script that prints "state <SQLSTATE>" for each value and checks them.
sub judge
{
	my ($what, $script, $tried) = @_;
	my ($status, $out, $err) = $node->psql('fuzz', $script, extra_params => [ '-U', 'seller' ], on_error_stop => 0);
	is($status, 0, "$what: the connection holds") or diag(substr($err, -2000));
	my %states;
	$states{$_}++ for $out =~ /^state (\S+)/mg;
	my $n = 0;
	$n += $_ for values %states;
	is($n, $tried, "$what: each value was answered");
	is(join(' ', grep { /^(XX|58|53|57)/ } sort keys %states), '', "$what: every error is a clean one");
	cmp_ok(scalar(grep { !/^00/ } keys %states), '>', 0, "$what: some were refused");
	note(join ', ', map { "$_: $states{$_}" } sort keys %states);
	return;
}

for my $type (sort keys %values)
{
	query($node, 'fuzz', "CREATE TABLE binary_$type (v opportunity.$type)");
	for my $value (@{ $values{$type} })
	{
		my $text = query($node, 'fuzz', "SELECT ($value)::opportunity.${type}::text");
		my @texts = map { mutate($text, \@pieces) } 1 .. $rounds;
		my $script = "SET statement_timeout = '20s';\n";
		for my $mutant (@texts)
		{
			my $literal = $mutant =~ s/'/''/gr;
			utf8::encode($literal) if utf8::is_utf8($literal);
			$literal =~ s/\\/\\\\/g;
			$script .= "SELECT 1 FROM (SELECT (E'$literal'::opportunity.$type)::text::opportunity.$type) v;\n\\echo state :SQLSTATE\n";
		}
		judge("$type text", $script, scalar @texts);

		# The binary form, by COPY.
		my $bytes = query($node, 'fuzz', "COPY (SELECT ${type}_send FROM (SELECT encode(opportunity.${type}_send(($value)::opportunity.$type), 'hex') AS ${type}_send) v) TO STDOUT");
		my $valid = pack('H*', $bytes);
		$script = "SET statement_timeout = '20s';\n";
		my $file = $node->basedir . "/value";
		for my $i (1 .. int($rounds / 3))
		{
			my $mutant = $valid;
			for (0 .. int(rand(3)))
			{
				my $at = int(rand(length($mutant) + 1));
				my $kind = int(rand(4));
				if ($kind == 0) { substr($mutant, $at, 1) = chr(int(rand(256))) if $at < length $mutant }
				elsif ($kind == 1) { $mutant = substr($mutant, 0, $at) }
				elsif ($kind == 2) { substr($mutant, $at, 0) = join '', map { chr(int(rand(256))) } 0 .. int(rand(9)) }
				else { substr($mutant, $at, 4) = pack('N', (0, 0x7fffffff, 0x80000000, 0xffffffff)[ rand 4 ]) if $at + 4 <= length $mutant }
			}
			open my $out, '>:raw', "$file.$i" or die "$file.$i: $!";
			print $out "PGCOPY\n\xff\r\n\0", pack('NN', 0, 0), pack('n', 1), pack('N', length $mutant), $mutant, pack('n', 0xffff);
			close $out;
			$script .= "COPY binary_$type FROM '$file.$i' (FORMAT binary);\n\\echo state :SQLSTATE\n";
		}
		# What was accepted can be used.
		$script .= "SELECT count(v::text) FROM binary_$type;\n";
		judge("$type binary", $script, int($rounds / 3));
		is(query($node, 'fuzz', "SELECT count(*) FROM binary_$type WHERE v::text::opportunity.$type IS NULL"), '0',
			"$type binary: what was accepted has a text form that is accepted");
		unlink glob "$file.*";
	}
}

is(query($node, 'fuzz', 'SELECT 1'), '1', 'the server lives');
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP: |terminated by signal/, 'no backend died');
$node->stop;
done_testing();
