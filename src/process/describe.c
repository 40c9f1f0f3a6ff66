/*
 * describe.c
 *		A sales process described: what it says of one stage, its drawing, and the
 *		processes that other systems come with.
 */
#include "process/json.h"
#include "process/process_value.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(opp_stage_probability);
PG_FUNCTION_INFO_V1(opp_stage_order);
PG_FUNCTION_INFO_V1(opp_process_diagram);
PG_FUNCTION_INFO_V1(opp_process_template);

/*
 * Sources: Dynamics 365, business process flow "Opportunity Sales Process", which
 * keeps the probability on the row; its probabilities here are those of this
 * extension's ready-made model.  Salesforce, the standard values of StageName.
 * HubSpot, the default sales pipeline, by its internal names; it keeps the
 * forecast category on the deal.
 */
static const struct
{
	const char *name;
	const char *definition;
}			templates[] =
{
	{"dynamics",
		"{\"stages\": ["
		"{\"name\": \"qualify\", \"label\": \"Qualify\", \"probability\": 10, \"forecast_category\": \"pipeline\"},"
		"{\"name\": \"develop\", \"label\": \"Develop\", \"probability\": 30, \"forecast_category\": \"pipeline\"},"
		"{\"name\": \"propose\", \"label\": \"Propose\", \"probability\": 60, \"forecast_category\": \"best_case\"},"
		"{\"name\": \"close\", \"label\": \"Close\", \"probability\": 80, \"forecast_category\": \"committed\"},"
		"{\"name\": \"won\", \"label\": \"Won\", \"outcome\": \"won\"},"
		"{\"name\": \"lost\", \"label\": \"Lost\", \"outcome\": \"lost\"}]}"
	},
	{"salesforce",
		"{\"stages\": ["
		"{\"name\": \"Prospecting\", \"probability\": 10, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Qualification\", \"probability\": 10, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Needs Analysis\", \"probability\": 20, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Value Proposition\", \"probability\": 50, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Id. Decision Makers\", \"probability\": 60, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Perception Analysis\", \"probability\": 70, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Proposal/Price Quote\", \"probability\": 75, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Negotiation/Review\", \"probability\": 90, \"forecast_category\": \"Pipeline\"},"
		"{\"name\": \"Closed Won\", \"outcome\": \"won\", \"forecast_category\": \"Closed\"},"
		"{\"name\": \"Closed Lost\", \"outcome\": \"lost\", \"forecast_category\": \"Omitted\"}],"
		"\"moves\": {\"skip\": true}}"
	},
	{"hubspot",
		"{\"stages\": ["
		"{\"name\": \"appointmentscheduled\", \"label\": \"Appointment scheduled\", \"probability\": 20},"
		"{\"name\": \"qualifiedtobuy\", \"label\": \"Qualified to buy\", \"probability\": 40},"
		"{\"name\": \"presentationscheduled\", \"label\": \"Presentation scheduled\", \"probability\": 60},"
		"{\"name\": \"decisionmakerboughtin\", \"label\": \"Decision maker bought-in\", \"probability\": 80},"
		"{\"name\": \"contractsent\", \"label\": \"Contract sent\", \"probability\": 90},"
		"{\"name\": \"closedwon\", \"label\": \"Closed won\", \"outcome\": \"won\"},"
		"{\"name\": \"closedlost\", \"label\": \"Closed lost\", \"outcome\": \"lost\"}],"
		"\"moves\": {\"skip\": true}}"
	}
};

/* The stage that arguments 0 and 1 name. */
static int
named_stage(FunctionCallInfo fcinfo, const SalesProcess *process)
{
	return find_stage(process, text_to_cstring(PG_GETARG_TEXT_PP(1)));
}

Datum
opp_stage_probability(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	int			stage = named_stage(fcinfo, process);

	if (stage == STAGE_NONE || process->stages[stage].probability == PROBABILITY_NONE)
		PG_RETURN_NULL();
	return probability_numeric(process->stages[stage].probability);
}

Datum
opp_stage_order(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	int			stage = named_stage(fcinfo, process);

	if (stage == STAGE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_INT32(stage + 1);
}

/*
 * Text within a drawing.  To Mermaid, which reads Markdown and HTML in it, all but
 * letters, digits and blanks may mean something; by its number a character does
 * not.
 */
static void
append_label(StringInfo diagram, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
	{
		if (IS_HIGHBIT_SET(*c) || *c == ' ' || (*c >= '0' && *c <= '9') ||
			(*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z'))
			appendStringInfoChar(diagram, *c);
		else
			appendStringInfo(diagram, "#%d;", (unsigned char) *c);
	}
}

/* Each stage by its label: rectangles with their probability, outcomes rounded. */
static void
append_nodes(StringInfo diagram, const SalesProcess *process)
{
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		const ProcessStage *stage = &process->stages[i];
		bool		open = stage->outcome == OUTCOME_OPEN;

		appendStringInfo(diagram, "    s%u%s", i + 1, open ? "[\"" : "([\"");
		append_label(diagram, process_string(process, stage->label != 0 ? stage->label : stage->name));
		if (open && stage->probability != PROBABILITY_NONE)
			appendStringInfo(diagram, "<br>%s %%",
							 DatumGetCString(DirectFunctionCall1(numeric_out, probability_numeric(stage->probability))));
		appendStringInfoString(diagram, open ? "\"]\n" : "\"])\n");
	}
}

/* An arrow's labels, each in its turn, stand between |" and "|. */
static void
append_arrow_label(StringInfo diagram, bool *first, const char *label)
{
	appendStringInfoString(diagram, *first ? "|\"" : ", ");
	append_label(diagram, label);
	*first = false;
}

/*
 * The rest of an arrow's line: the branch's condition, NULL for none, what is
 * asked on the way, and where it leads.
 */
static void
append_arrow(StringInfo diagram, const SalesProcess *process, const char *arrow, const char *when,
			 const StageMove *move, int to)
{
	bool		first = true;
	int			gate = STAGE_NONE;

	appendStringInfoString(diagram, arrow);
	if (when != NULL)
		append_arrow_label(diagram, &first, when);
	while ((gate = next_gate(move, gate)) != STAGE_NONE)
	{
		const ProcessStage *stage = &process->stages[gate];

		for (uint32 i = stage->first_required; i < stage->first_required + stage->n_required; i++)
			append_arrow_label(diagram, &first, required_column(process, i));
		for (uint32 i = stage->first_check; i < stage->first_check + stage->n_checks; i++)
			append_arrow_label(diagram, &first, check_message(process, i));
	}
	appendStringInfo(diagram, "%s s%d\n", first ? "" : "\"|", to + 1);
}

static void
append_branches(StringInfo diagram, const SalesProcess *process, int from)
{
	const ProcessStage *stage = &process->stages[from];

	for (uint32 i = stage->first_branch; i < stage->first_branch + stage->n_branches; i++)
	{
		const StageBranch *branch = &process_branches(process)[i];
		StageMove	move = decide_move(process, from, branch->to, branch->to);

		appendStringInfo(diagram, "    s%d ", from + 1);
		append_arrow(diagram, process, "-->", branch->when != 0 ? process_string(process, branch->when) : NULL,
					 &move, branch->to);
	}
}

Datum
opp_process_diagram(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	int			last = process->n_open - 1;
	StringInfoData diagram;

	initStringInfo(&diagram);
	appendStringInfoString(&diagram, "flowchart LR\n");
	append_nodes(&diagram, process);
	for (int from = 0; from <= last; from++)
	{
		/* to the next one; from the last to whatever is won */
		for (int to = from + 1; to < (from < last ? from + 2 : (int) process->n_stages); to++)
		{
			StageMove	move = decide_move(process, from, to, STAGE_NONE);

			if (stage_outcome(process, to) == OUTCOME_LOST)
				continue;
			appendStringInfo(&diagram, "    s%d ", from + 1);
			append_arrow(&diagram, process, "-->", NULL, &move, to);
		}
		append_branches(&diagram, process, from);
	}
	for (int to = last + 1; to < (int) process->n_stages; to++)
	{
		StageMove	move = decide_move(process, 0, to, STAGE_NONE);

		if (stage_outcome(process, to) != OUTCOME_LOST)
			continue;
		for (int from = 0; from <= last; from++)
			appendStringInfo(&diagram, "%ss%d ", from == 0 ? "    " : "& ", from + 1);
		append_arrow(&diagram, process, "-.->", NULL, &move, to);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(diagram.data, diagram.len));
}

Datum
opp_process_template(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	for (int i = 0; i < (int) lengthof(templates); i++)
	{
		if (strcmp(name, templates[i].name) == 0)
			PG_RETURN_POINTER(process_from_json(pstrdup(templates[i].definition), NULL));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no process template \"%s\"", name),
			 errdetail("The templates are \"dynamics\", \"salesforce\" and \"hubspot\".")));
	PG_RETURN_NULL();
}
