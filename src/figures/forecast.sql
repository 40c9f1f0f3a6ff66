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
COMMENT ON FUNCTION opportunity.forecast(opportunity.pipeline_summary) IS 'The revenue the open deals will bring, each an independent win or loss at its own probability. expected (the weighted value) and standard_deviation are exact; p10, p50 and p90 are as forecast_quantile gives them: one chance in ten that revenue ends below p10. All 0 without open deals.';

CREATE FUNCTION opportunity.forecast_quantile(summary opportunity.pipeline_summary, q double precision) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_forecast_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.forecast_quantile(opportunity.pipeline_summary, double precision) IS 'The least revenue that the open deals do not exceed with chance q (0 to 1, so 0.1 for p10; 0 and 1 give the least and the most they can bring). Up to eight uncertain deals it is that of the true distribution. Of more, the eight largest are taken as they are and the others by their exact cumulants (a Cornish-Fisher expansion), and the result is rounded to the decimals of the amounts but at least two: from thirty deals of different sizes on p10 to p90 are within a hundredth of the standard deviation (measured: 99 of 100 portfolios of the sizes of a usual pipeline, 9 of 10 where sizes are spread evenly from 1 to 150), also beside a few large ones; between nine and thirty within a twentieth in 19 of 20, and within an eighth; deals all of one size bring multiples of it, and the result lies between two of those; where many are large and unlikely it is rougher, which warnings tells. Never falls as q rises and never leaves what is possible. Errors: 22003 for q out of range.';
