-- The pipeline chart. Every transition function serves two aggregates, with and without options.

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date date, amount numeric, score double precision, label text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_date_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, date, numeric, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date date, amount numeric, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_date_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, date, numeric, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date date, amount double precision, score double precision, label text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_date_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, date, double precision, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date date, amount double precision, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_date_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, date, double precision, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamp, amount numeric, score double precision, label text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamp_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamp, numeric, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamp, amount numeric, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamp_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamp, numeric, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamp, amount double precision, score double precision, label text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamp_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamp, double precision, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamp, amount double precision, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamp_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamp, double precision, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamptz, amount numeric, score double precision, label text) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamptz_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamptz, numeric, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamptz, amount numeric, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamptz_numeric';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamptz, numeric, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamptz, amount double precision, score double precision, label text) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamptz_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamptz, double precision, double precision, text) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_add(internal, close_date timestamptz, amount double precision, score double precision, label text, options jsonb) RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_add_timestamptz_float';
COMMENT ON FUNCTION opportunity.pipeline_chart_add(internal, timestamptz, double precision, double precision, text, jsonb) IS 'Internal: transition function of pipeline_chart.';

CREATE FUNCTION opportunity.pipeline_chart_svg(internal) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'opp_chart_svg';
COMMENT ON FUNCTION opportunity.pipeline_chart_svg(internal) IS 'Internal: final function of pipeline_chart.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date date, amount numeric, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(date, numeric, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date date, amount numeric, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(date, numeric, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date date, amount double precision, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(date, double precision, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date date, amount double precision, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(date, double precision, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamp, amount numeric, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamp, numeric, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamp, amount numeric, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamp, numeric, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamp, amount double precision, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamp, double precision, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamp, amount double precision, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamp, double precision, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamptz, amount numeric, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamptz, numeric, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Times are those of the session''s time zone. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamptz, amount numeric, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamptz, numeric, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Times are those of the session''s time zone. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamptz, amount double precision, score double precision, label text) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamptz, double precision, double precision, text) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Times are those of the session''s time zone. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order.';

CREATE AGGREGATE opportunity.pipeline_chart(close_date timestamptz, amount double precision, score double precision, label text, options jsonb) (
	SFUNC = opportunity.pipeline_chart_add,
	STYPE = internal,
	FINALFUNC = opportunity.pipeline_chart_svg,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_chart(timestamptz, double precision, double precision, text, jsonb) IS
'An SVG document of all deals: x estimated close date, y score (0 to 100), area of the circle the amount, color the grade of the score. Largest deals are drawn first and labeled. A NULL or infinite date or a NULL score stands in a band of its own, a NULL amount is a small hollow circle, a negative one is drawn dashed by its magnitude. A score of exactly 100 is marked won and of exactly 0 lost. Times are those of the session''s time zone. Out of range (22003): scores outside 0 to 100, NaN, amounts from 10^18. More than 1,000,000 deals: 54000. No rows: a chart that says so. Memory grows with the deals. The same deals give the same bytes in any order. Options, the same on all rows: title, currency (written before amounts), width (560 to 4000, 960), height (400 to 4000, 540), max_labels (0 to 100, 12), today (a date: a vertical line), mark_closed (true), cuts (lowest scores of A, B and C, [75, 50, 25]); another key or value is 22023.';

