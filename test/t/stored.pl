# What people store of a pipeline - its summaries, cycles, funnels and waterfalls -
# comes back from a dump and through binary COPY to the byte, and goes on being
# added to. What another version wrote, or what arrives cut off, is refused.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('stored');
my $dir = $node->basedir;
$node->safe_psql('postgres', 'GRANT pg_read_server_files, pg_write_server_files TO seller');

# Of each type ordinary values, that of no deals, one whose durations were rounded
# down to a coarser unit, and NULL. The deals of a day are one row.
my %made = (
	pipeline_summary => q{opportunity.summarize_pipeline(amount, probability, won, opened, closed)},
	cycle_summary => q{opportunity.summarize_cycle(opened, closed, won, timestamptz '2027-01-01')},
	funnel_summary => q{opportunity.summarize_funnel(path, '{qualify,"de\"velop","pröpose, won"}')},
	pipeline_waterfall => q{opportunity.pipeline_change('open', amount, closed::date, owner, CASE won WHEN true THEN 'won' WHEN false THEN 'lost' ELSE 'open' END, round(amount * 1.5, 6), closed::date, owner, NULL, NULL, NULL)});
my %rollup = map { $_ => "opportunity.rollup(v ORDER BY day)" } keys %made;

new_database($node, 'source', q{
	CREATE EXTENSION opportunity;
	CREATE TABLE deal AS
	SELECT i AS id, i % 20 AS day, round((i * 7919 % 100000)::numeric / 7 - 2000, i % 7) AS amount, (i * 31 % 101)::double precision AS probability,
		CASE i % 4 WHEN 0 THEN true WHEN 1 THEN false END AS won, timestamptz '2026-01-01' + i * interval '37 minutes' AS opened,
		CASE WHEN i % 4 < 2 THEN timestamptz '2026-01-01' + i * interval '91.000001 minutes' END AS closed, 'owner ' || i % 3 AS owner,
		opportunity.append_step(opportunity.append_step(NULL, 'qualify', '2026-01-01'), CASE WHEN i % 3 > 0 THEN 'de"velop' ELSE 'pröpose, won' END, timestamptz '2026-01-02' + i * interval '31.5 s') AS path
	FROM generate_series(1, 20000) i;
});
for my $type (sort keys %made)
{
	query($node, 'source', qq{
		CREATE TABLE daily_$type (day integer, v opportunity.$type);
		INSERT INTO daily_$type SELECT day, $made{$type} FROM deal GROUP BY day;
		INSERT INTO daily_$type SELECT -1, $made{$type} FROM deal WHERE id < 0;
		INSERT INTO daily_$type SELECT 100, $made{$type} FROM deal;
		INSERT INTO daily_$type VALUES (101, NULL);
		CREATE VIEW whole_$type AS SELECT $rollup{$type} AS v FROM daily_$type WHERE day < 100});
}
for my $type ('cycle_summary', 'funnel_summary')
{
	is(query($node, 'source', "SELECT v::text LIKE '%\"unit\": 3600000000,%' FROM daily_$type WHERE day = 100"), 't', "$type: times are rounded where they are many");
}

# Everything there is to say about the stored values: their bytes, and their sum.
sub contents
{
	my ($database) = @_;
	return join "\n", map { query($node, $database, qq{
		SELECT day, md5(opportunity.${_}_send(v)), md5(v::text) FROM daily_$_ ORDER BY day;
		SELECT md5(opportunity.${_}_send(v)), v OPERATOR(opportunity.=) (SELECT v FROM daily_$_ WHERE day = 100) FROM whole_$_}) } sort keys %made;
}
my $want = contents('source');
is(scalar(() = $want =~ /\|t$/mg), 4, 'the days add up to the whole');

for my $way ([ 'plain', '-Fp' ], [ 'archive', '-Fc' ], [ 'inserts', '--inserts' ])
{
	my ($name, $option) = @$way;
	new_database($node, $name);
	my @into = ('-d', $node->connstr($name) . ' user=seller');
	command_ok([ 'pg_dump', $option, '-d', $node->connstr('source') . ' user=seller', '-f', "$dir/$name.dump" ], "pg_dump $option");
	command_ok($option eq '-Fc' ? [ 'pg_restore', '--exit-on-error', @into, "$dir/$name.dump" ] :
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @into, '-f', "$dir/$name.dump" ], "restore of $name");
	is(contents($name), $want, "$name: every stored value is there to the byte");
	for my $type (sort keys %made)
	{
		is(query($node, $name, "SELECT (SELECT v FROM whole_$type) OPERATOR(opportunity.=) $made{$type} FROM deal"), 't', "$name: $type equals one of the deals");
	}
}

# The binary form, as clients and logical replication read and write it. The
# SQLSTATEs that COPY ends with for each of these bytes as a value.
sub copied
{
	my ($type, @values) = @_;
	my $script = '';
	for my $i (0 .. $#values)
	{
		open my $out, '>:raw', "$dir/value.$i" or die "$dir/value.$i: $!";
		print $out "PGCOPY\n\xff\r\n\0", pack('NN', 0, 0), pack('n', 1), pack('N', length $values[$i]), $values[$i], pack('n', 0xffff);
		close $out;
		$script .= "COPY received_$type FROM '$dir/value.$i' (FORMAT binary);\n\\echo state :SQLSTATE\n";
	}
	my ($status, $out) = $node->psql('source', $script, extra_params => [ '-U', 'seller' ], on_error_stop => 0);
	return $out =~ /^state (\S+)/mg;
}
for my $type (sort keys %made)
{
	query($node, 'source', qq{
		CREATE TABLE received_$type (v opportunity.$type);
		COPY (SELECT v FROM daily_$type ORDER BY day) TO '$dir/$type' (FORMAT binary);
		COPY received_$type FROM '$dir/$type' (FORMAT binary)});
	is(query($node, 'source', "SELECT count(*), count(r.v), bool_and(opportunity.${type}_send(r.v) = opportunity.${type}_send(d.v))
			FROM (SELECT row_number() OVER (), v FROM received_$type) r (n, v) JOIN (SELECT row_number() OVER (ORDER BY day), v FROM daily_$type) d (n, v) USING (n)"),
		'23|22|t', "$type: through binary COPY");

	# A value as it is, by the same means; cut off anywhere, a byte too long, and of other versions.
	my $bytes = pack('H*', query($node, 'source', "SELECT encode(opportunity.${type}_send(v), 'hex') FROM daily_$type WHERE day = 0"));
	my @cut = map { substr($bytes, 0, $_) } grep { $_ < length $bytes } 0 .. 300, map { length($bytes) - $_ } 1 .. 20;
	is(join(' ', copied($type, $bytes)), '00000', "$type: bytes as they are");
	is(join(' ', grep { $_ ne '22P03' } copied($type, @cut, "$bytes\0")), '', "$type: cut off or too long");
	is(join(' ', copied($type, map { chr($_) . substr($bytes, 1) } 0, 2, 255)), '22P03 22P03 22P03', "$type: bytes of another version");
	is(state_of($node, 'source', "SELECT replace(v::text, '\"version\": 1', '\"version\": 2')::opportunity.$type FROM daily_$type WHERE day = 0"), '22P02', "$type: text of another version");
	is(state_of($node, 'source', "SELECT left(v::text, -1)::opportunity.$type FROM daily_$type WHERE day = 0"), '22P02', "$type: text cut off");

	# Any byte another: refused or the value of other deals, which can be printed and read.
	my @states = copied($type, map { my $copy = $bytes; substr($copy, $_, 1) ^= "\xff"; $copy } grep { $_ < length $bytes } 0 .. 400);
	is(join(' ', grep { !/^(00000|22P03|22021)$/ } @states), '', "$type: forged bytes");
	cmp_ok(scalar(grep { $_ eq '22P03' } @states), '>', 40, "$type: are refused");
	is(query($node, 'source', "SELECT count(*) FROM received_$type WHERE v::text::opportunity.$type OPERATOR(opportunity.<>) v"), '0', "$type: or can be read");
}

$node->stop;
done_testing();
