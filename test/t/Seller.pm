# What the TAP tests share: a server of their own with databases that belong to
# an unprivileged role, as the extension's users have them.
package Seller;

use strict;
use warnings;

use Test::More;

BEGIN
{
	plan skip_all => 'IPC::Run is not installed (libipc-run-perl)' unless eval { require IPC::Run };
}

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(start_node new_database query state_of fingerprints);

# A running server with the role "seller".
sub start_node
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE ROLE seller LOGIN');
	return $node;
}

# A database that seller owns, empty of all but what the given SQL makes.
sub new_database
{
	my ($node, $name, $sql) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name OWNER seller");
	query($node, $name, $sql) if defined $sql;
	return;
}

# Runs SQL as seller and returns what it prints; an error ends the test.
sub query
{
	my ($node, $database, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', 'seller' ]);
}

# The SQLSTATE that one statement of seller's ends with.
sub state_of
{
	my ($node, $database, $sql) = @_;
	my ($status, $out) = $node->psql($database, "\\set ON_ERROR_STOP off\n$sql;\n\\echo :SQLSTATE",
		extra_params => [ '-U', 'seller' ], on_error_stop => 0, on_error_die => 0);
	return (split /\n/, $out)[-1];
}

# One line a table of the given schema: its name, rows and a digest of them.
sub fingerprints
{
	my ($node, $database, @schemas) = @_;
	my $list = join ', ', map { "'$_'" } @schemas;
	return query($node, $database, qq{
		SELECT format('SELECT %L, count(*), md5(string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C")) FROM %s r', oid::regclass, oid::regclass)
		FROM pg_class
		WHERE relkind IN ('r', 'p', 'm') AND relnamespace::regnamespace::text IN ($list)
		ORDER BY oid::regclass::text COLLATE "C" \\gexec
	});
}

1;
