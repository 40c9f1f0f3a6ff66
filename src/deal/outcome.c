/*
 * outcome.c
 *		is_won: whether a status means that a deal was won, lost, or neither.
 */
#include "opportunity.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(opp_is_won);

/* Whether the status is in the list, whatever the case of its ASCII letters. */
static bool
is_listed(const char *status, int length, ArrayType *list)
{
	Datum	   *words;
	bool	   *nulls;
	int			n_words;
	bool		found = false;

	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &words, &nulls, &n_words);
	for (int i = 0; i < n_words && !found; i++)
	{
		const char *word = DatumGetPointer(words[i]);

		found = !nulls[i] && (int) VARSIZE_ANY_EXHDR(word) == length;
		for (int j = 0; found && j < length; j++)
			found = pg_ascii_tolower((unsigned char) status[j]) ==
				pg_ascii_tolower((unsigned char) VARDATA_ANY(word)[j]);
	}
	return found;
}

Datum
opp_is_won(PG_FUNCTION_ARGS)
{
	text	   *argument = PG_GETARG_TEXT_PP(0);
	const char *status = VARDATA_ANY(argument);
	int			length = VARSIZE_ANY_EXHDR(argument);
	bool		won;
	bool		lost;

	while (length > 0 && status[length - 1] == ' ')
		length--;
	for (; length > 0 && *status == ' '; length--)
		status++;

	won = is_listed(status, length, PG_GETARG_ARRAYTYPE_P(1));
	lost = is_listed(status, length, PG_GETARG_ARRAYTYPE_P(2));
	if (won && lost)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("status \"%.*s\" is listed both as won and as lost", length, status)));
	if (!won && !lost)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(won);
}
