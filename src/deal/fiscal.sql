-- The fiscal period that a day is in, to group deals by.

CREATE FUNCTION opportunity.fiscal_period(day date, unit text DEFAULT 'quarter', first_month integer DEFAULT 1) RETURNS date
	AS 'MODULE_PATHNAME', 'opp_fiscal_period' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.fiscal_period(date, text, integer) IS 'First day of the fiscal month, quarter or year that the day is in; first_month is the month, 1 to 12, in which fiscal years begin. Infinite dates stay. Errors: 22023 for another unit, 22003 for another first_month, 22008 when the period began before dates do.';

CREATE FUNCTION opportunity.fiscal_label(day date, unit text DEFAULT 'quarter', first_month integer DEFAULT 1) RETURNS text
	AS 'MODULE_PATHNAME', 'opp_fiscal_label' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.fiscal_label(date, text, integer) IS 'Name of that period: FY2027 Q1, FY2027 M03, FY2027. A fiscal year has the number of the calendar year it ends in. NULL for infinite dates. Errors as fiscal_period.';
