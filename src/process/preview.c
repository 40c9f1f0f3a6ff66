/*
 * preview.c
 *		Looking ahead: what the judge would say of a row, without writing it.
 */
#include "process/attachment.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "process/report.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(opp_next_stage);
PG_FUNCTION_INFO_V1(opp_unmet_requirements);
PG_FUNCTION_INFO_V1(opp_can_move);

/* A row given as a record. */
typedef struct Deal
{
	HeapTupleData tuple;
	TupleDesc	desc;
} Deal;

static void
open_deal(Datum record, Deal *deal)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(record);

	deal->tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	deal->tuple.t_tableOid = InvalidOid;
	ItemPointerSetInvalid(&deal->tuple.t_self);
	deal->tuple.t_data = header;
	deal->desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
}

static Form_pg_attribute
deal_column(const Deal *deal, const char *name)
{
	int			attnum = SPI_fnumber(deal->desc, name);

	if (attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the row has no column \"%s\"", name),
				 errhint("Pass a whole row of the table, as in next_stage(process, d) ... FROM deals d.")));
	return TupleDescAttr(deal->desc, attnum - 1);
}

static int
known_stage(const SalesProcess *process, const char *name)
{
	int			stage = find_stage(process, name);

	if (stage == STAGE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("stage \"%s\" is not in the sales process", name),
				 errdetail("Its stages are %s.", list_names(stage_names(process, false))),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, CONSTRAINT_STAGE_UNKNOWN)));
	return stage;
}

/* The stage the deal is in; STAGE_NONE when its column is NULL. */
static int
deal_stage(const SalesProcess *process, Deal *deal, const char *stage_column)
{
	Form_pg_attribute attribute = deal_column(deal, stage_column);
	bool		isnull;
	Datum		value = heap_getattr(&deal->tuple, attribute->attnum, deal->desc, &isnull);
	NameReader	reader;

	if (isnull)
		return STAGE_NONE;
	init_name_reader(&reader, attribute->atttypid, CurrentMemoryContext);
	return known_stage(process, read_name_of(&reader, value));
}

/* The columns that a move lacks. */
static List *
deal_unmet(const SalesProcess *process, Deal *deal, const StageMove *move)
{
	Requirement *requirements = palloc0(process->n_required * sizeof(Requirement));
	int			i = -1;

	while ((i = next_requirement(process, move, i)) >= 0)
	{
		Form_pg_attribute attribute = deal_column(deal, required_column(process, i));

		requirements[i].attnum = attribute->attnum;
		requirements[i].kind = requirement_kind(attribute->atttypid);
	}
	return unmet_columns(process, requirements, move, &deal->tuple, deal->desc);
}

Datum
opp_next_stage(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	Deal		deal;
	int			stage;

	open_deal(PG_GETARG_DATUM(1), &deal);
	stage = deal_stage(process, &deal, NameStr(*PG_GETARG_NAME(2)));
	ReleaseTupleDesc(deal.desc);
	stage = stage == STAGE_NONE ? 0 : stage_after(process, stage);
	if (stage == STAGE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(stage_name(process, stage)));
}

/* Without a stage to move to: the next one, or the outcome the deal is in. */
Datum
opp_unmet_requirements(PG_FUNCTION_ARGS)
{
	SalesProcess *process;
	Deal		deal;
	int			from;
	int			to;
	StageMove	move;
	List	   *unmet;
	Datum	   *names;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	process = PG_GETARG_SALES_PROCESS(0);
	open_deal(PG_GETARG_DATUM(1), &deal);
	from = deal_stage(process, &deal, NameStr(*PG_GETARG_NAME(3)));
	if (!PG_ARGISNULL(2))
		to = known_stage(process, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	else if (from == STAGE_NONE)
		to = 0;
	else
		to = stage_outcome(process, from) == OUTCOME_OPEN ? stage_after(process, from) : from;

	move = decide_move(process, from, to);
	unmet = deal_unmet(process, &deal, &move);
	ReleaseTupleDesc(deal.desc);
	names = palloc(list_length(unmet) * sizeof(Datum));
	for (int i = 0; i < list_length(unmet); i++)
		names[i] = CStringGetTextDatum(list_nth(unmet, i));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, list_length(unmet), TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
opp_can_move(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	int			to = known_stage(process, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	Deal		deal;
	StageMove	move;
	bool		allowed;

	open_deal(PG_GETARG_DATUM(1), &deal);
	move = decide_move(process, deal_stage(process, &deal, NameStr(*PG_GETARG_NAME(3))), to);
	allowed = move.verdict == MOVE_ALLOWED && deal_unmet(process, &deal, &move) == NIL;
	ReleaseTupleDesc(deal.desc);
	PG_RETURN_BOOL(allowed);
}
