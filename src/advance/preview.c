/*
 * preview.c
 *		Looking ahead: what the judge would say of a row, without writing it.
 *
 * The judge's own functions decide.  What is made for them of a process and the
 * shape of a row is kept from one row of a statement to the next.
 *
 * A process is data, and its conditions are code, which runs as whoever looks
 * ahead.  So they may call what those of a table of processes may, unless the row
 * is one of a table that this very process is attached to: that table's owner
 * has written them.  The one difference to the judge is that a function which
 * reads tables sees them as the caller's statement does.
 */
#include "attachment/cache.h"
#include "names.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "attachment/target.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "gate/report.h"
#include "process/json.h"
#include "process/process_value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(opp_next_stage);
PG_FUNCTION_INFO_V1(opp_unmet_requirements);
PG_FUNCTION_INFO_V1(opp_can_move);
PG_FUNCTION_INFO_V1(opp_completeness);

/* What is kept between the rows of a statement. */
typedef struct Preview
{
	MemoryContext context;
	SalesProcess *process;
	Oid			type;			/* of the rows, and their shape */
	int32		typmod;
	uint64		shape;
	uint64		generation;		/* of what is attached */
	Requirement *requirements;	/* one for each required column; 0: not looked up yet */
	ConditionRun *conditions;
	AttrNumber	stage_attnum;
	NameReader	stage_reader;
	const Attachment *ids;		/* reads the stage; NULL: stage_reader does */
} Preview;

/* A row given as a record. */
typedef struct Deal
{
	HeapTupleData tuple;
	TupleDesc	desc;
	const SalesProcess *process;
	Preview    *preview;
} Deal;

/* The table whose rows are of that type; NULL when it is no table's. */
static Relation
open_row_table(Oid row_type)
{
	Oid			relid = get_typ_typrelid(row_type);
	char		kind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';

	return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE ? table_open(relid, AccessShareLock) : NULL;
}

/* Whether the process is the one that is attached to the table whose rows these are. */
static bool
is_attached_to(const SalesProcess *process, Oid row_type)
{
	Relation	rel = open_row_table(row_type);
	List	   *found;
	ListCell   *cell;
	bool		attached = false;

	if (rel == NULL)
		return false;
	found = judges(rel);
	foreach(cell, found)
	{
		const Trigger *judge = lfirst(cell);

		if (judge->tgnargs > 1 && judge->tgargs[1][0] != '\0')
			attached |= same_process(process_from_json(judge->tgargs[1], NULL), process);
	}
	table_close(rel, AccessShareLock);
	return attached;
}

static Preview *
make_preview(FunctionCallInfo fcinfo, const SalesProcess *process, const HeapTupleHeader row, TupleDesc desc)
{
	MemoryContext context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "preview of a process", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Preview    *preview = palloc0(sizeof(Preview));
	bool		trusted;

	preview->context = context;
	preview->process = palloc(VARSIZE(process));
	memcpy(preview->process, process, VARSIZE(process));
	preview->type = HeapTupleHeaderGetTypeId(row);
	preview->typmod = HeapTupleHeaderGetTypMod(row);
	preview->shape = assign_record_type_identifier(preview->type, preview->typmod);
	preview->generation = attachment_generation();
	preview->requirements = palloc0(process->n_required * sizeof(Requirement));
	if (process->n_checks + process->n_branches > 0)
	{
		trusted = is_attached_to(process, preview->type);
		preview->conditions = start_conditions(make_conditions(preview->process, desc,
															   trusted ? CONDITION_OF_OWNER : CONDITION_OF_EDITOR, false),
											   context);
	}
	MemoryContextSwitchTo(caller);
	return preview;
}

static void
open_deal(FunctionCallInfo fcinfo, Datum record, const SalesProcess *process, Deal *deal)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(record);
	Preview    *preview = fcinfo->flinfo->fn_extra;

	deal->tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	deal->tuple.t_tableOid = InvalidOid;
	ItemPointerSetInvalid(&deal->tuple.t_self);
	deal->tuple.t_data = header;
	deal->desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));

	if (preview == NULL || preview->type != HeapTupleHeaderGetTypeId(header) ||
		preview->typmod != HeapTupleHeaderGetTypMod(header) ||
		preview->shape != assign_record_type_identifier(preview->type, preview->typmod) ||
		preview->generation != attachment_generation() ||
		!same_process(preview->process, process))
	{
		fcinfo->flinfo->fn_extra = NULL;
		if (preview != NULL)
			MemoryContextDelete(preview->context);
		fcinfo->flinfo->fn_extra = preview = make_preview(fcinfo, process, header, deal->desc);
	}
	deal->preview = preview;
	deal->process = preview->process;
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

/* What reads the stages of a table's rows where they are ids of a table of stages, else NULL. */
static const Attachment *
stage_ids(Oid row_type, const char *stage_column)
{
	Relation	rel = open_row_table(row_type);
	const Attachment *attachment = NULL;
	const Trigger *judge;
	ProcessOptions options;

	if (rel == NULL)
		return NULL;
	judge = find_judge(rel, stage_column);
	if (judge != NULL)
	{
		read_options(judge, &options);
		if (options.tables[STAGE_TABLE] != NULL)
			attachment = get_attachment(rel, judge);
	}
	table_close(rel, AccessShareLock);
	return attachment;
}

/* The stage the deal is in; STAGE_NONE when its column is NULL. */
static int
deal_stage(Deal *deal, const char *stage_column)
{
	Preview    *preview = deal->preview;
	Form_pg_attribute attribute = deal_column(deal, stage_column);
	bool		isnull;
	Datum		value = heap_getattr(&deal->tuple, attribute->attnum, deal->desc, &isnull);

	if (preview->stage_attnum != attribute->attnum)
	{
		init_name_reader(&preview->stage_reader, attribute->atttypid, preview->context);
		preview->ids = stage_ids(preview->type, stage_column);
		preview->stage_attnum = attribute->attnum;
	}
	if (isnull)
		return STAGE_NONE;
	return known_stage(deal->process, preview->ids != NULL ? stage_text(preview->ids, value) :
					   read_name_of(&preview->stage_reader, value));
}

/* Only of what is asked for: a row may lack columns that no gate ahead of it requires. */
static void
look_up_requirement(Deal *deal, int i)
{
	Requirement *requirement = &deal->preview->requirements[i];
	Form_pg_attribute attribute;

	if (requirement->attnum != InvalidAttrNumber)
		return;
	attribute = deal_column(deal, required_column(deal->process, i));
	requirement->kind = requirement_kind(attribute->atttypid);
	requirement->attnum = attribute->attnum;
}

/* What a move lacks. */
static bool
deal_unmet(Deal *deal, const StageMove *move, Unmet *unmet)
{
	int			gate = STAGE_NONE;

	while ((gate = next_gate(move, gate)) != STAGE_NONE)
	{
		const ProcessStage *stage = &deal->process->stages[gate];

		for (uint32 i = stage->first_required; i < stage->first_required + stage->n_required; i++)
			look_up_requirement(deal, i);
	}
	return find_unmet(deal->process, deal->preview->requirements, deal->preview->conditions, move,
					  &deal->tuple, deal->desc, unmet);
}

/* The stage after the one that the deal is in. */
static int
deal_next_stage(Deal *deal, int from)
{
	int			branch = STAGE_NONE;

	if (from == STAGE_NONE)
		return 0;
	if (deal->process->stages[from].n_branches > 0)
		branch = row_branch(deal->preview->conditions, deal->process, from, &deal->tuple);
	return stage_after(deal->process, from, branch);
}

static StageMove
deal_move(Deal *deal, int from, int to)
{
	int			branch = STAGE_NONE;

	if (move_asks_branch(deal->process, from, to))
		branch = row_branch(deal->preview->conditions, deal->process, from, &deal->tuple);
	return decide_move(deal->process, from, to, branch);
}

Datum
opp_next_stage(PG_FUNCTION_ARGS)
{
	Deal		deal;
	int			stage;

	open_deal(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_SALES_PROCESS(0), &deal);
	stage = deal_next_stage(&deal, deal_stage(&deal, NameStr(*PG_GETARG_NAME(2))));
	ReleaseTupleDesc(deal.desc);
	if (stage == STAGE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(stage_name(deal.process, stage)));
}

/* Without a stage to move to: the next one, or the outcome the deal is in. */
Datum
opp_unmet_requirements(PG_FUNCTION_ARGS)
{
	Deal		deal;
	int			from;
	int			to;
	StageMove	move;
	Unmet		unmet;
	List	   *all;
	Datum	   *names;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	open_deal(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_SALES_PROCESS(0), &deal);
	from = deal_stage(&deal, NameStr(*PG_GETARG_NAME(3)));
	if (!PG_ARGISNULL(2))
		to = known_stage(deal.process, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	else if (from == STAGE_NONE || stage_outcome(deal.process, from) == OUTCOME_OPEN)
		to = deal_next_stage(&deal, from);
	else
		to = from;

	move = deal_move(&deal, from, to);
	(void) deal_unmet(&deal, &move, &unmet);
	ReleaseTupleDesc(deal.desc);
	all = list_concat(unmet.columns, unmet.checks);
	names = palloc(list_length(all) * sizeof(Datum));
	for (int i = 0; i < list_length(all); i++)
		names[i] = CStringGetTextDatum(list_nth(all, i));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, list_length(all), TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
opp_can_move(PG_FUNCTION_ARGS)
{
	Deal		deal;
	int			to;
	StageMove	move;
	Unmet		unmet;
	bool		allowed;

	open_deal(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_SALES_PROCESS(0), &deal);
	to = known_stage(deal.process, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	move = deal_move(&deal, deal_stage(&deal, NameStr(*PG_GETARG_NAME(3))), to);
	allowed = move.verdict == MOVE_ALLOWED && !deal_unmet(&deal, &move, &unmet);
	ReleaseTupleDesc(deal.desc);
	PG_RETURN_BOOL(allowed);
}

/* Required columns that are filled, each counted once however many stages require it. */
Datum
opp_completeness(PG_FUNCTION_ARGS)
{
	Deal		deal;
	Bitmapset  *required = NULL;
	Bitmapset  *filled = NULL;
	Datum		share;

	open_deal(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_SALES_PROCESS(0), &deal);
	for (uint32 i = 0; i < deal.process->n_required; i++)
	{
		const Requirement *requirement = &deal.preview->requirements[i];

		look_up_requirement(&deal, i);
		required = bms_add_member(required, requirement->attnum);
		if (is_filled(requirement, &deal.tuple, deal.desc))
			filled = bms_add_member(filled, requirement->attnum);
	}
	ReleaseTupleDesc(deal.desc);
	if (required == NULL)
		return DirectFunctionCall1(int4_numeric, Int32GetDatum(100));
	share = DirectFunctionCall2(numeric_div, DirectFunctionCall1(int4_numeric, Int32GetDatum(100 * bms_num_members(filled))),
								DirectFunctionCall1(int4_numeric, Int32GetDatum(bms_num_members(required))));
	return DirectFunctionCall2(numeric_round, share, Int32GetDatum(2));
}
