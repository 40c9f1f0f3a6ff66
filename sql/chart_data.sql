-- What pipeline_chart draws, as data.
CREATE SCHEMA chart_data;
SET search_path = chart_data, opportunity;

CREATE TABLE deals (close_date date, amount numeric(12,2), score double precision, label text);
INSERT INTO deals VALUES
	('2026-03-20', 80000, 80, 'Roastery'),
	('2026-01-15', 20000.10, 30, 'Café "S-100" & more'),
	(NULL, 500, 55.5, 'no date'),
	('infinity', 500, 55, 'some day'),
	('2026-02-20', NULL, 60, 'no amount'),
	('2026-02-21', -12.5, NULL, 'no score'),
	('2026-04-01', 0, 100, 'won'),
	('2026-04-01', 0, 0, NULL),
	(NULL, NULL, NULL, '');

-- In order of date, those without one last; missing values are null.
SELECT n, deal ->> 'close_date' AS close_date, deal -> 'amount' AS amount, deal -> 'score' AS score, deal ->> 'grade' AS grade,
	   deal ->> 'color' AS color, deal ->> 'outcome' AS outcome, deal -> 'label' AS label
  FROM (SELECT pipeline_chart_data(close_date, amount, score, label) AS data FROM deals) AS q,
	jsonb_array_elements(data) WITH ORDINALITY AS e (deal, n)
 ORDER BY n;
SELECT DISTINCT array(SELECT jsonb_object_keys(deal) ORDER BY 1) AS keys, jsonb_typeof(deal -> 'amount') AS amount
  FROM (SELECT pipeline_chart_data(close_date, amount, score, label) AS data FROM deals) AS q, jsonb_array_elements(data) AS deal ORDER BY 2;

-- The same bytes in any order of the rows.
SELECT count(DISTINCT data) AS documents FROM (
	SELECT pipeline_chart_data(close_date, amount, score, label ORDER BY amount) AS data FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date, amount, score, label ORDER BY label) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date, amount, score, label ORDER BY score DESC) FROM deals) AS q;

-- No rows, and nothing but NULL.
SELECT pipeline_chart_data(close_date, amount, score, label) AS none FROM deals WHERE false;
SELECT pipeline_chart_data(NULL, NULL, NULL, NULL) AS nulls;

-- Options that are about deals count; those about the picture are checked.
SELECT deal ->> 'grade' AS grade, deal ->> 'outcome' AS outcome, deal -> 'probability' AS probability, deal ? 'score' AS score
  FROM (SELECT pipeline_chart_data(close_date, amount, score, label, '{"cuts": [90, 60, 10], "mark_closed": false, "y_axis": "probability", "width": 800}') AS data
		  FROM deals WHERE score >= 60) AS q, jsonb_array_elements(data) AS deal;
\set VERBOSITY terse
SELECT pipeline_chart_data(close_date, amount, score, label, '{"colour": "red"}') FROM deals;
SELECT pipeline_chart_data(close_date, amount, 101, label) FROM deals;
\set VERBOSITY default

-- Every type of column, the same data: what the picture shows of each deal.
SELECT count(DISTINCT data) AS documents, count(*) AS calls FROM (
	SELECT pipeline_chart_data(close_date, amount, score, label) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date, amount::float8, score, label) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date, monetary(amount, 'EUR'), score, label) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date::timestamp, amount, score, label) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date::timestamptz, amount::float8, score, label, NULL) FROM deals
	UNION ALL SELECT pipeline_chart_data(close_date::timestamptz, monetary(amount, 'EUR'), score, label, '{}') FROM deals) AS q (data);

-- Amounts are the doubles of the picture, in their shortest form; long labels are cut.
SELECT amount, pipeline_chart_data(date '2026-01-01', amount, 50, 'x') -> 0 -> 'amount' AS shown
  FROM unnest('{0.1, 1234567.89, 90071992547409.93, 999999999999990000, 0.000001}'::numeric[]) AS amount GROUP BY amount ORDER BY amount;
SELECT length(pipeline_chart_data(date '2026-01-01', 1, 50, repeat('é', 100)) -> 0 ->> 'label') AS length,
	   pipeline_chart_data(date '0044-03-15 BC', 1, 50, E'line\nbreak') AS special;

-- A Vega-Lite specification around it.
SELECT jsonb_array_length(spec #> '{data,values}') AS deals, spec #>> '{encoding,color,field}' AS color
  FROM (SELECT jsonb_build_object('$schema', 'https://vega.github.io/schema/vega-lite/v5.json',
		'data', jsonb_build_object('values', pipeline_chart_data(close_date, amount, score, label)), 'mark', 'circle',
		'encoding', '{"x": {"field": "close_date", "type": "temporal"}, "y": {"field": "score", "type": "quantitative"},
			"size": {"field": "amount", "type": "quantitative"}, "color": {"field": "color", "type": "nominal", "scale": null}}'::jsonb) AS spec
	FROM deals) AS q;

SET client_min_messages = warning;
DROP SCHEMA chart_data CASCADE;
