/*
 * grade.c
 *		score_grade and grade_color.
 */
#include "chart/grade.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

/*
 * Green, purple, yellow and red, at lightness 66, 40, 80 and 45 of 100: any two
 * stay at least 33 CIELAB units apart under protanopia, deuteranopia and
 * tritanopia (simulated after Machado, Oliveira and Fernandes, 2009).
 */
const char *const grade_colors[N_GRADES] = {"#2bb58a", "#6b46c1", "#f2c037", "#c53030"};

void
check_grade_cuts(const GradeCuts *cuts)
{
	for (int i = 0; i < N_CUTS; i++)
	{
		if (cuts->cut[i] < 0 || cuts->cut[i] > 100)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("grade cut %d is out of range", cuts->cut[i]),
					 errdetail("Cuts are scores, from 0 to 100.")));
		if (i > 0 && cuts->cut[i] >= cuts->cut[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("grade cuts must descend: %d follows %d",
							cuts->cut[i], cuts->cut[i - 1]),
					 errdetail("They are the lowest scores of A, B and C, in this order, like {75,50,25}.")));
	}
}

static void
read_grade_cuts(ArrayType *array, GradeCuts *cuts)
{
	Datum	   *elements;
	int			n_elements;

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != N_CUTS || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grade cuts must be %d integers", N_CUTS),
				 errdetail("They are the lowest scores of A, B and C, in this order, like {75,50,25}.")));
	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &elements, NULL, &n_elements);
	for (int i = 0; i < N_CUTS; i++)
		cuts->cut[i] = DatumGetInt32(elements[i]);
	check_grade_cuts(cuts);
}

PG_FUNCTION_INFO_V1(opp_score_grade);
Datum
opp_score_grade(PG_FUNCTION_ARGS)
{
	double		score = PG_GETARG_FLOAT8(0);
	GradeCuts	cuts;
	char		letter;

	read_grade_cuts(PG_GETARG_ARRAYTYPE_P(1), &cuts);
	if (!score_is_valid(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score %g is out of range", score),
				 errdetail("Scores are numbers from 0 to 100.")));

	letter = 'A' + grade_of(score, &cuts);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&letter, 1));
}

PG_FUNCTION_INFO_V1(opp_grade_color);
Datum
opp_grade_color(PG_FUNCTION_ARGS)
{
	text	   *grade = PG_GETARG_TEXT_PP(0);
	const char *letter = VARDATA_ANY(grade);

	if (VARSIZE_ANY_EXHDR(grade) != 1 || *letter < 'A' || *letter >= 'A' + N_GRADES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown grade \"%s\"", text_to_cstring(grade)),
				 errdetail("The grades are A, B, C and D.")));
	PG_RETURN_TEXT_P(cstring_to_text(grade_colors[*letter - 'A']));
}
