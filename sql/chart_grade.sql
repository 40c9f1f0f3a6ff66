-- Grades of scores and their colors.
CREATE SCHEMA chart_grade;
SET search_path = chart_grade, opportunity;

-- The cuts are the lowest scores of A, B and C; between whole scores there is no gap.
SELECT score, score_grade(score), grade_color(score_grade(score))
  FROM unnest('{100, 75, 74.999, 50, 49.5, 25, 24.9, 0, -0, NULL}'::float8[]) AS score;

-- Own cuts, and a scale on which only two grades can occur.
SELECT score, score_grade(score, '{90,70,40}') AS strict, score_grade(score, '{100,1,0}') AS bounds
  FROM unnest('{100, 90, 89, 70, 40, 39, 1, 0}'::float8[]) AS score;

-- Every number casts to the argument; an untyped parameter too.
SELECT score_grade(80::integer), score_grade(60.5::numeric), score_grade(30::real), score_grade('10'), score_grade(NULL);
SELECT score_grade(cuts => '{60,40,20}', score => 60);
SELECT score_grade(50, NULL) IS NULL AS null_cuts, grade_color(NULL) IS NULL AS null_grade;

-- Errors: SQLSTATE, message, detail.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''));
END $$;

SELECT call, try('SELECT ' || call)
  FROM unnest(ARRAY[
	'score_grade(100.1)',
	'score_grade(-1)',
	'score_grade(''NaN'')',
	'score_grade(''Infinity'')',
	'score_grade(50, ''{}'')',
	'score_grade(50, ''{75,50}'')',
	'score_grade(50, ''{75,50,25,10}'')',
	'score_grade(50, ''{75,NULL,25}'')',
	'score_grade(50, ''{{75,50,25}}'')',
	'score_grade(50, ''{25,50,75}'')',
	'score_grade(50, ''{75,50,50}'')',
	'score_grade(50, ''{101,50,25}'')',
	'score_grade(50, ''{75,50,-1}'')',
	'grade_color(''E'')',
	'grade_color(''a'')',
	'grade_color('''')',
	'grade_color(''AB'')',
	'grade_color(''@'')']) AS call;

SET client_min_messages = warning;
DROP SCHEMA chart_grade CASCADE;
