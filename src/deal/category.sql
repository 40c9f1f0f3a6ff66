-- Forecast categories of deals, in their order.

CREATE FUNCTION opportunity.forecast_rank(category text) RETURNS integer
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE pg_catalog.translate(pg_catalog.lower(category COLLATE pg_catalog."C"), ' _-', '')
		WHEN 'won' THEN 1 WHEN 'closed' THEN 1 WHEN 'closedwon' THEN 1
		WHEN 'commit' THEN 2 WHEN 'committed' THEN 2
		WHEN 'bestcase' THEN 3
		WHEN 'pipeline' THEN 4
	END;
COMMENT ON FUNCTION opportunity.forecast_rank(text) IS 'Place of a forecast category, the surest first: won 1, commit 2, best case 3, pipeline 4; NULL for omitted, lost and any other. Case, blanks, _ and - do not matter. A running rollup in this order is the cumulative forecast.';
