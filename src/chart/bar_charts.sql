-- Charts of bars. Each transition function serves one aggregate.

CREATE FUNCTION opportunity.funnel_chart_add(internal, stage text, reached double precision) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_funnel_chart_add';
COMMENT ON FUNCTION opportunity.funnel_chart_add(internal, text, double precision) IS 'Internal: transition function of funnel_chart.';

CREATE FUNCTION opportunity.funnel_chart_add(internal, stage text, reached double precision, options jsonb) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_funnel_chart_add';
COMMENT ON FUNCTION opportunity.funnel_chart_add(internal, text, double precision, jsonb) IS 'Internal: transition function of funnel_chart.';

CREATE FUNCTION opportunity.funnel_chart_svg(internal) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_funnel_chart_svg';
COMMENT ON FUNCTION opportunity.funnel_chart_svg(internal) IS 'Internal: final function of funnel_chart.';

CREATE AGGREGATE opportunity.funnel_chart(stage text, reached double precision) (
	SFUNC = opportunity.funnel_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.funnel_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.funnel_chart(text, double precision) IS
'An SVG document of a sales funnel: a bar a row, in the order of the rows (write ORDER BY inside the call), as wide as the number or value of deals that reached the stage, which stands beside it with its percentage of the row before and of the first. A NULL count is shown as unknown. Negative, NaN, infinite or from 10^18: 22003. More than 100 rows: 54000. No rows: a chart that says so.';

CREATE AGGREGATE opportunity.funnel_chart(stage text, reached double precision, options jsonb) (
	SFUNC = opportunity.funnel_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.funnel_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.funnel_chart(text, double precision, jsonb) IS
'An SVG document of a sales funnel: a bar a row, in the order of the rows (write ORDER BY inside the call), as wide as the number or value of deals that reached the stage, which stands beside it with its percentage of the row before and of the first. A NULL count is shown as unknown. Negative, NaN, infinite or from 10^18: 22003. More than 100 rows: 54000. No rows: a chart that says so. Options, the same on all rows: title, currency (for values), width (560 to 4000, 960); another key or value is 22023.';

CREATE FUNCTION opportunity.waterfall_chart_add(internal, label text, amount double precision, is_total boolean) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_waterfall_chart_add';
COMMENT ON FUNCTION opportunity.waterfall_chart_add(internal, text, double precision, boolean) IS 'Internal: transition function of waterfall_chart.';

CREATE FUNCTION opportunity.waterfall_chart_add(internal, label text, amount double precision, is_total boolean, options jsonb) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_waterfall_chart_add';
COMMENT ON FUNCTION opportunity.waterfall_chart_add(internal, text, double precision, boolean, jsonb) IS 'Internal: transition function of waterfall_chart.';

CREATE FUNCTION opportunity.waterfall_chart_svg(internal) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_waterfall_chart_svg';
COMMENT ON FUNCTION opportunity.waterfall_chart_svg(internal) IS 'Internal: final function of waterfall_chart.';

CREATE AGGREGATE opportunity.waterfall_chart(label text, amount double precision, is_total boolean) (
	SFUNC = opportunity.waterfall_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.waterfall_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.waterfall_chart(text, double precision, boolean) IS
'An SVG document of amounts that lead from one total to another: a bar a row, in the order of the rows (write ORDER BY inside the call). Where is_total is true the bar stands on zero and the amount is the total, NULL for the sum so far; elsewhere the amount is added to the sum so far, and NULL is shown as unknown and adds nothing. NaN, infinite or from 10^18, also in sum: 22003. More than 100 rows: 54000. No rows: a chart that says so.';

CREATE AGGREGATE opportunity.waterfall_chart(label text, amount double precision, is_total boolean, options jsonb) (
	SFUNC = opportunity.waterfall_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.waterfall_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.waterfall_chart(text, double precision, boolean, jsonb) IS
'An SVG document of amounts that lead from one total to another: a bar a row, in the order of the rows (write ORDER BY inside the call). Where is_total is true the bar stands on zero and the amount is the total, NULL for the sum so far; elsewhere the amount is added to the sum so far, and NULL is shown as unknown and adds nothing. NaN, infinite or from 10^18, also in sum: 22003. More than 100 rows: 54000. No rows: a chart that says so. Options, the same on all rows: title, currency, width (560 to 4000, 960); another key or value is 22023.';
