-- The pipeline as it was, and what changed in it, from a table's history. The
-- bodies are parsed when they are made: no search_path has an influence on them.

CREATE FUNCTION opportunity.pipeline_as_of(
	target regclass,
	as_of timestamptz DEFAULT pg_catalog.now(),
	amount_column name DEFAULT 'amount',
	close_date_column name DEFAULT 'close_date',
	stage_column name DEFAULT 'stage',
	owner_column name DEFAULT NULL,
	probability_column name DEFAULT NULL,
	won text[] DEFAULT '{won,"closed won",closed_won,closed-won,closedwon}',
	lost text[] DEFAULT '{lost,"closed lost",closed_lost,closed-lost,closedlost}'
) RETURNS TABLE (row_key text, status text, stage text, amount numeric, probability double precision, close_date date, owner text, currency text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH watched AS MATERIALIZED (
		SELECT opportunity.history_column(target, amount_column) AS amount, opportunity.history_column(target, close_date_column) AS close_date,
			opportunity.history_column(target, stage_column) AS stage, opportunity.history_column(target, owner_column) AS owner,
			opportunity.history_column(target, probability_column) AS probability
	), deal AS (
		SELECT h.row_key,
			pg_catalog.max(h.value) FILTER (WHERE h.column_name OPERATOR(pg_catalog.=) w.amount) AS amount,
			pg_catalog.max(h.value) FILTER (WHERE h.column_name OPERATOR(pg_catalog.=) w.close_date) AS close_date,
			pg_catalog.max(h.value) FILTER (WHERE h.column_name OPERATOR(pg_catalog.=) w.stage) AS stage,
			pg_catalog.max(h.value) FILTER (WHERE h.column_name OPERATOR(pg_catalog.=) w.owner) AS owner,
			pg_catalog.max(h.value) FILTER (WHERE h.column_name OPERATOR(pg_catalog.=) w.probability) AS probability
		FROM watched w LEFT JOIN opportunity.history_as_of(target, as_of) h ON true
		WHERE h.row_key IS NOT NULL
		GROUP BY h.row_key
	)
	SELECT d.row_key, CASE opportunity.is_won(d.stage, won, lost) WHEN true THEN 'won' WHEN false THEN 'lost' ELSE 'open' END,
		d.stage, CASE WHEN m.amount IS NULL THEN CAST(d.amount AS numeric) ELSE opportunity.amount(m.amount) END,
		CAST(d.probability AS double precision), CAST(d.close_date AS date), d.owner, opportunity.currency(m.amount)
	FROM deal d
	-- numbers begin with no three capital letters and a blank, amounts of type monetary do
	CROSS JOIN LATERAL (SELECT CASE WHEN d.amount OPERATOR(pg_catalog.~) '^[A-Z]{3} ' THEN CAST(d.amount AS opportunity.monetary) END AS amount) m;
END;
COMMENT ON FUNCTION opportunity.pipeline_as_of(regclass, timestamptz, name, name, name, name, name, text[], text[]) IS 'The deals of a table as of an instant, from its history (attach_history): one row a deal that was there. status is won or lost for a stage in these lists, as is_won judges, and open for any other. Amount, closing date and stage are named or have these names; an owner or a probability only when their columns are named. A closing time counts by its day in UTC. currency is that of an amount of type monetary, NULL of a plain number. Needs the right to read the history. Errors: 42703 for a column that the history does not watch, and those of the casts.';

CREATE FUNCTION opportunity.pipeline_changes(
	target regclass,
	since timestamptz,
	until timestamptz DEFAULT pg_catalog.now(),
	close_from date DEFAULT NULL,
	close_to date DEFAULT NULL,
	owners text[] DEFAULT NULL,
	amount_column name DEFAULT 'amount',
	close_date_column name DEFAULT 'close_date',
	stage_column name DEFAULT 'stage',
	owner_column name DEFAULT NULL,
	won text[] DEFAULT '{won,"closed won",closed_won,closed-won,closedwon}',
	lost text[] DEFAULT '{lost,"closed lost",closed_lost,closed-lost,closedlost}'
) RETURNS opportunity.pipeline_waterfall
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT opportunity.merge_waterfalls(
		opportunity.pipeline_change(b.status, b.amount, b.close_date, b.owner, a.status, a.amount, a.close_date, a.owner, close_from, close_to, owners)
			-- a plain number and an amount with a currency go both ways, and merging says so
			FILTER (WHERE b.currency IS NULL AND a.currency IS NULL OR b.currency IS NULL AND b.amount IS NOT NULL OR a.currency IS NULL AND a.amount IS NOT NULL),
		opportunity.pipeline_change(b.status, opportunity.monetary(b.amount, b.currency), b.close_date, b.owner,
				a.status, opportunity.monetary(a.amount, a.currency), a.close_date, a.owner, close_from, close_to, owners)
			FILTER (WHERE b.currency IS NOT NULL OR a.currency IS NOT NULL))
	FROM opportunity.pipeline_as_of(target, since, amount_column, close_date_column, stage_column, owner_column, NULL, won, lost) b
	FULL JOIN opportunity.pipeline_as_of(target, until, amount_column, close_date_column, stage_column, owner_column, NULL, won, lost) a
		ON a.row_key OPERATOR(pg_catalog.=) b.row_key;
END;
COMMENT ON FUNCTION opportunity.pipeline_changes(regclass, timestamptz, timestamptz, date, date, text[], name, name, name, name, text[], text[]) IS 'What changed in the pipeline of a table between two instants, from its history: pipeline_change over pipeline_as_of of both. Rows: waterfall_steps(pipeline_changes(...)). owners need owner_column. Amounts of type monetary must be in one currency, which the waterfall then has. A deal that came and went in between is in neither: take shorter steps to see it. Errors: as those of the two.';

CREATE FUNCTION opportunity.pipeline_slippage(
	target regclass,
	since timestamptz DEFAULT '-infinity',
	until timestamptz DEFAULT 'infinity',
	close_date_column name DEFAULT 'close_date'
) RETURNS TABLE (row_key text, first_close_date date, last_close_date date, pushes bigint, days_pushed bigint, pulls bigint, days_pulled bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH moved AS (
		SELECT h.row_key, h.entry, CAST(h.old_value AS date) AS old_date, CAST(h.new_value AS date) AS new_date
		FROM opportunity.history_changes(target, close_date_column, since, until) h
		WHERE h.event OPERATOR(pg_catalog.<>) 'delete'
	), measured AS (
		SELECT m.row_key, m.entry, m.old_date, m.new_date, m.new_date OPERATOR(pg_catalog.-) m.old_date AS days
		FROM moved m
	)
	SELECT m.row_key,
		(pg_catalog.array_agg(COALESCE(m.old_date, m.new_date) ORDER BY m.entry) FILTER (WHERE COALESCE(m.old_date, m.new_date) IS NOT NULL))[1],
		(pg_catalog.array_agg(m.new_date ORDER BY m.entry DESC))[1],
		pg_catalog.count(*) FILTER (WHERE m.days OPERATOR(pg_catalog.>) 0),
		COALESCE(pg_catalog.sum(m.days) FILTER (WHERE m.days OPERATOR(pg_catalog.>) 0), 0),
		pg_catalog.count(*) FILTER (WHERE m.days OPERATOR(pg_catalog.<) 0),
		COALESCE(pg_catalog.sum(OPERATOR(pg_catalog.-) m.days) FILTER (WHERE m.days OPERATOR(pg_catalog.<) 0), 0)
	FROM measured m GROUP BY m.row_key;
END;
COMMENT ON FUNCTION opportunity.pipeline_slippage(regclass, timestamptz, timestamptz, name) IS 'How often the closing date of each deal was pushed to a later day, and pulled to an earlier one, and by how many days in all, after since and up to until, from the table''s history; first_close_date is what it was at first, last_close_date at last. A deal without an entry in that time is left out; setting a date for the first time or taking it away is neither. Closing times count by their day in UTC. Errors: 42703 for a column that the history does not watch.';
