/*
 * qualify.c
 *		A process with its conditions as a trigger keeps them: whole names, whole
 *		casts, and what is said to those who do not meet them.
 */
#include "condition/qualify.h"

#include "condition/reading.h"
#include "expression.h"
#include "mb/pg_wchar.h"
#include "utils/rel.h"

/* What a process under construction ends with. */
typedef struct GrowingProcess
{
	SalesProcess *process;
	uint32		length;
} GrowingProcess;

static uint32
append_string(GrowingProcess *growing, const char *string)
{
	uint32		offset = growing->length;
	Size		bytes = strlen(string) + 1;

	growing->process = repalloc(growing->process, offset + bytes);
	memcpy((char *) growing->process + offset, string, bytes);
	growing->length += bytes;
	return offset;
}

/* A condition as its author wrote it, in the one line that a message has. */
static char *
as_message(const char *condition)
{
	char	   *message = pnstrdup(condition, pg_mbcliplen(condition, strlen(condition), CHECK_MESSAGE_BYTES));
	char	   *end;

	for (char *c = message; *c != '\0'; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 0x7F)
			*c = ' ';
	}
	while (*message == ' ')
		message++;
	end = message + strlen(message);
	while (end > message && end[-1] == ' ')
		*--end = '\0';
	return message;
}

SalesProcess *
qualify_conditions(const SalesProcess *process, Relation rel)
{
	Reading		reading = {
		.place = condition_path, .source = process, .desc = RelationGetDescr(rel), .table = RelationGetRelationName(rel)
	};
	int			n = process->n_checks + process->n_branches;
	GrowingProcess qualified = {palloc(VARSIZE(process)), VARSIZE(process)};

	memcpy(qualified.process, process, VARSIZE(process));
	/* What is replaced stays behind the strings, unused: the text form leaves it out. */
	for (reading.condition = 0; reading.condition < n; reading.condition++)
	{
		int			i = reading.condition;
		uint32		text;

		reading.text = condition_text(process, i);
		if (reading.text == NULL)
			continue;
		text = append_string(&qualified,
							 write_expression(read_condition(&reading, CONDITION_OF_OWNER), rel, true));
		if (i >= (int) process->n_checks)
			process_branches(qualified.process)[i - process->n_checks].when = text;
		else
		{
			process_checks(qualified.process)[i].when = text;
			/* Who is refused is told what its author wrote. */
			if (process_checks(process)[i].message == 0)
			{
				uint32		message = append_string(&qualified, as_message(reading.text));

				process_checks(qualified.process)[i].message = message;
			}
		}
	}
	SET_VARSIZE(qualified.process, qualified.length);
	return qualified.process;
}
