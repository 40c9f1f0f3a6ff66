-- Periods and categories to group a forecast by.

CREATE FUNCTION opportunity.fiscal_period(day date, unit text DEFAULT 'quarter', first_month integer DEFAULT 1) RETURNS date
	AS 'MODULE_PATHNAME', 'opp_fiscal_period' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.fiscal_period(date, text, integer) IS 'First day of the fiscal month, quarter or year that the day is in; first_month is the month, 1 to 12, in which fiscal years begin. Infinite dates stay. Errors: 22023 for another unit, 22003 for another first_month, 22008 when the period began before dates do.';

CREATE FUNCTION opportunity.fiscal_label(day date, unit text DEFAULT 'quarter', first_month integer DEFAULT 1) RETURNS text
	AS 'MODULE_PATHNAME', 'opp_fiscal_label' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.fiscal_label(date, text, integer) IS 'Name of that period: FY2027 Q1, FY2027 M03, FY2027. A fiscal year has the number of the calendar year it ends in. NULL for infinite dates. Errors as fiscal_period.';

CREATE FUNCTION opportunity.forecast_rank(category text) RETURNS integer
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE pg_catalog.translate(pg_catalog.lower(category COLLATE pg_catalog."C"), ' _-', '')
		WHEN 'won' THEN 1 WHEN 'closed' THEN 1 WHEN 'closedwon' THEN 1
		WHEN 'commit' THEN 2 WHEN 'committed' THEN 2
		WHEN 'bestcase' THEN 3
		WHEN 'pipeline' THEN 4
	END;
COMMENT ON FUNCTION opportunity.forecast_rank(text) IS 'Place of a forecast category, the surest first: won 1, commit 2, best case 3, pipeline 4; NULL for omitted, lost and any other. Case, blanks, _ and - do not matter. A running rollup in this order is the cumulative forecast.';
