-- Grades of scores, and their colors.
CREATE FUNCTION opportunity.score_grade(score double precision, cuts integer[] DEFAULT '{75,50,25}') RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_score_grade';
COMMENT ON FUNCTION opportunity.score_grade(double precision, integer[]) IS
'Grade A, B, C or D of a score from 0 to 100. cuts are the lowest scores of A, B and C, descending. NULL for NULL. A score or cut outside 0 to 100 is 22003; cuts that are not three descending integers are 22023.';

CREATE FUNCTION opportunity.grade_color(grade text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_grade_color';
COMMENT ON FUNCTION opportunity.grade_color(text) IS
'Color of a grade as #rrggbb, as pipeline_chart uses it: A green, B purple, C yellow, D red, told apart by color-blind readers. NULL for NULL; anything but A, B, C and D is 22023.';

