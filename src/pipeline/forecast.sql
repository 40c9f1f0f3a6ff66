-- The revenue that open deals will bring.

CREATE FUNCTION opportunity.forecast(
	summary opportunity.pipeline_summary,
	OUT expected numeric,
	OUT standard_deviation numeric,
	OUT p10 numeric,
	OUT p50 numeric,
	OUT p90 numeric
) RETURNS record
	AS 'MODULE_PATHNAME', 'opp_forecast' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.forecast(opportunity.pipeline_summary) IS 'The revenue the open deals will bring, each an independent win or loss at its own probability. expected (the weighted value) and standard_deviation are exact; p10, p50 and p90 are approximations, as forecast_quantile gives them: one chance in ten that revenue ends below p10. All 0 without open deals.';

CREATE FUNCTION opportunity.forecast_quantile(summary opportunity.pipeline_summary, q double precision) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_forecast_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.forecast_quantile(opportunity.pipeline_summary, double precision) IS 'The revenue that the open deals end below with chance q (0 to 1, so 0.1 for p10; 0 and 1 give the least and the most they can bring), from the exact cumulants: by a Cornish-Fisher expansion or, where one deal dominates, as that deal beside a normal distribution; rounded to the decimals of the amounts but at least two. Never falls as q rises and never leaves what is possible. Where deals of similar size have a sum of p(1-p) of 5 or more, p their probability from 0 to 1, as thirty usual ones have, the chance of ending below is right to half a percentage point, and to one point with one large deal beside them; with a handful, or several large or unlikely ones, it may be off by thirty (see warnings). Errors: 22003 for q out of range.';
