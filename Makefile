# PGXS build of the extension: make, make install, make installcheck.
# The project's own tasks (demo, check, matrix, bench) are in GNUmakefile.

EXTENSION = opportunity
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" opportunity.control)

MODULE_big = opportunity
OBJS := $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The install script: the rooms' SQL in floor order, each file after what it uses.
SCRIPT = $(EXTENSION)--$(EXTVERSION).sql
SCRIPT_PARTS = \
	src/opportunity.sql \
	src/numeric/currency.sql \
	src/numeric/round.sql \
	src/path/path.sql \
	src/revenue/monetary.sql \
	src/revenue/monetary_aggregates.sql \
	src/revenue/line.sql \
	src/revenue/revenue.sql \
	src/revenue/tax.sql \
	src/revenue/price.sql \
	src/revenue/quantity_breaks.sql \
	src/revenue/allocate.sql \
	src/revenue/installments.sql \
	src/revenue/exchange_date.sql \
	src/pricing/pricing.sql \
	src/totals/totals.sql \
	src/process/process.sql \
	src/process/describe.sql \
	src/process/collect.sql \
	src/attachment/process_of.sql \
	src/gate/gate.sql \
	src/gate/attach.sql \
	src/advance/preview.sql \
	src/advance/advance.sql \
	src/advance/check.sql \
	src/history/history.sql \
	src/deal/outcome.sql \
	src/deal/fiscal.sql \
	src/deal/category.sql \
	src/deal/insights.sql \
	src/summary/summary.sql \
	src/summary/deals.sql \
	src/summary/by_key.sql \
	src/figures/figures.sql \
	src/figures/questions.sql \
	src/figures/forecast.sql \
	src/funnel/funnel.sql \
	src/cycle/cycle.sql \
	src/change/change.sql \
	src/change/history.sql \
	src/chart/grade.sql \
	src/chart/chart.sql \
	src/chart/bar_charts.sql \
	src/workspace/workspace.sql \
	src/attachments.sql
SCRIPT_PARTS := $(foreach part,$(SCRIPT_PARTS),$(if $(wildcard $(part) $(part).in),$(part)))
# made from templates
REPEATED_PARTS = $(patsubst %.in,%,$(wildcard $(addsuffix .in,$(SCRIPT_PARTS))))
DATA_built = $(SCRIPT)

PG_CPPFLAGS = -Isrc -DOPPORTUNITY_VERSION=\"$(EXTVERSION)\"
# Fused multiply-add would make the forecast's terms depend on the processor; only
# the functions that SQL calls leave the library (PostgreSQL 16 on does so itself).
PG_CFLAGS = -ffp-contract=off -fvisibility=hidden

# "setup" comes first: it makes the unprivileged role that every other test runs as.
REGRESS = setup $(filter-out setup,$(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql))))
ISOLATION = $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=test/isolation
TAP_TESTS := $(if $(wildcard test/t/*.pl),1)
PROVE_TESTS = test/t/*.pl

EXTRA_CLEAN = $(SCRIPT) $(REPEATED_PARTS) src/workspace/script.h results regression.diffs regression.out \
	test/isolation/results test/isolation/output_iso test/isolation/regression.diffs test/isolation/regression.out tmp_check

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS tracks no headers: every object depends on all of them.
$(OBJS) $(OBJS:.o=.bc): $(sort $(wildcard src/*.h src/*/*.h))

$(REPEATED_PARTS): %: %.in src/repeat.awk
	awk -f src/repeat.awk $< > $@

$(SCRIPT): $(SCRIPT_PARTS) opportunity.control Makefile
	{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; cat $(SCRIPT_PARTS); } > $@

# create_workspace carries its script inside the library, as two C strings.
WORKSPACE_SCRIPT = $(addprefix src/workspace/,tables_people.sql tables_catalog.sql tables_deals.sql triggers.sql views.sql insights.sql calls.sql)
WORKSPACE_DEFAULTS = src/workspace/defaults.sql
SQL_TO_C_STRING = sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/'

src/workspace/workspace.o src/workspace/workspace.bc: src/workspace/script.h

src/workspace/script.h: $(WORKSPACE_SCRIPT) $(WORKSPACE_DEFAULTS) Makefile
	{ echo '/* Made from the SQL files of this directory. */'; \
	echo 'static const char workspace_script[] ='; $(SQL_TO_C_STRING) $(WORKSPACE_SCRIPT); echo ';'; \
	echo 'static const char workspace_defaults[] ='; $(SQL_TO_C_STRING) $(WORKSPACE_DEFAULTS); echo ';'; } > $@
