# Every SQL example of README.md and of the pages in doc, run in order by an
# unprivileged user, a fresh database for each page: see test/tools/example-sql
# for how examples are marked.
use strict;
use warnings;
use lib 'test/t';
use Seller;

use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('examples');

# Blanks at line ends are psql's padding.
sub normal { return grep { !/^$/ } map { s/\s+$//r } @_ }

sub run_page
{
	my ($page, $database) = @_;
	my ($script, $problem);
	my $extracted = IPC::Run::run([ 'test/tools/example-sql', $page ], '>', \$script, '2>', \$problem);
	ok($extracted, "$page is written as test/tools/example-sql wants it") or diag($problem);
	new_database($node, $database);

	# one stream, so that messages stand where they came, as pg_regress has it
	my $output = '';
	IPC::Run::run(
		[ 'psql', '-X', '-q', '-U', 'seller', '-d', $node->connstr($database) ],
		'<', \$script, '>&', \$output);

	my ($n, $place, $expected, $state, @got, @shown) = (0);
	my $judge = sub {
		return unless defined $place;
		$n++;
		is($state // 'no end', $expected, "$place ends with $expected") or diag(join "\n", @got);
		if (@shown)
		{
			my ($want, $all) = map { join '', map { "$_\n" } @$_ } [ normal(@shown) ], [ normal(@got) ];
			ok(index("\n$all", "\n$want") >= 0, "$place prints what is shown") or diag("It prints:\n$all");
		}
	};
	for my $line (split /\n/, $output)
	{
		if ($line =~ /^\@block (\S+) (\S+)$/)
		{
			$judge->();
			($place, $expected, $state, @got, @shown) = ($1, $2);
		}
		elsif ($line =~ /^\@end (\S+)$/) { $state = $1 }
		elsif ($line =~ /^\@shown ?(.*)$/) { push @shown, $1 }
		else { push @got, $line }
	}
	$judge->();
	my $blocks = () = $script =~ m{^\\echo '\@block}mg;
	is($n, $blocks, "all examples of $page ran");
	cmp_ok($n, '>', 0, "$page has examples");
	return;
}

my $number = 0;
run_page($_, 'page_' . ++$number) for 'README.md', sort glob('doc/*.md');

# The manual's table of what DROP EXTENSION CASCADE takes is the tested one.
my $manual = slurp_file('README.md');
my @rows = grep { /^\| / } split /\n/, slurp_file('expected/drop_cascade.out');
cmp_ok(scalar @rows, '>', 0, 'the table of DROP EXTENSION CASCADE exists');
my @missing = grep { index($manual, $_) < 0 } map { s/\s+$//r } @rows;
is(join("\n", @missing), '', 'README.md has its rows');

$node->stop;
done_testing();
