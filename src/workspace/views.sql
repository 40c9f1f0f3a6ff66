-- The views: plain column types, a unique first column, and the rights of whoever
-- reads them.

CREATE VIEW pipeline WITH (security_invoker = true) AS
SELECT o.id AS opportunity_id,
    o.name,
    a.name AS account,
    a.industry,
    c.name AS contact,
    m.name AS owner,
    m.territory,
    o.process,
    s.stage_order,
    o.stage,
    o.outcome,
    o.forecast_category,
    o.probability,
    o.score,
    o.score_source,
    opportunity.score_grade(o.score) AS grade,
    o.currency,
    CASE WHEN o.outcome = 'won' THEN o.actual_value ELSE o.estimated_value END::numeric(18,2) AS value,
    CASE WHEN o.outcome = 'open'
        THEN opportunity.round_amount(o.estimated_value * o.probability / 100, opportunity.minor_unit(o.currency))
        END::numeric(18,2) AS weighted_value,
    o.estimated_value,
    o.actual_value,
    o.estimated_close,
    CASE WHEN o.outcome = 'open' THEN o.estimated_close
        ELSE coalesce(o.closed_at::date, o.estimated_close) END AS close_date,
    o.opened_at,
    o.stage_entered_at,
    o.closed_at,
    o.next_step,
    o.lost_reason,
    w.name AS winning_competitor,
    o.estimated
FROM opportunity o
    LEFT JOIN account a ON a.id = o.account_id
    LEFT JOIN contact c ON c.id = o.contact_id
    LEFT JOIN member m ON m.id = o.owner_id
    LEFT JOIN competitor w ON w.id = o.winning_competitor_id
    LEFT JOIN (process p CROSS JOIN LATERAL opportunity.stages(p.definition) s) ON p.name = o.process AND s.stage = o.stage
ORDER BY o.estimated_close, o.id;
COMMENT ON VIEW pipeline IS 'All opportunities with the names of what they refer to, in order of estimated close. One row an opportunity.';
COMMENT ON COLUMN pipeline.opportunity_id IS 'The opportunity: unique.';
COMMENT ON COLUMN pipeline.name IS 'What the deal is called.';
COMMENT ON COLUMN pipeline.account IS 'Name of the company sold to; NULL while unknown.';
COMMENT ON COLUMN pipeline.industry IS 'The company''s branch of industry.';
COMMENT ON COLUMN pipeline.contact IS 'Name of the main person to talk to.';
COMMENT ON COLUMN pipeline.owner IS 'Name of the member who works on it.';
COMMENT ON COLUMN pipeline.territory IS 'The owner''s sales territory or regional office.';
COMMENT ON COLUMN pipeline.process IS 'Name of the sales process it follows.';
COMMENT ON COLUMN pipeline.stage_order IS 'Place of the stage in the process, from 1.';
COMMENT ON COLUMN pipeline.stage IS 'Stage of the process.';
COMMENT ON COLUMN pipeline.outcome IS 'open, won or lost.';
COMMENT ON COLUMN pipeline.forecast_category IS 'Forecast category.';
COMMENT ON COLUMN pipeline.probability IS 'Chance of winning in percent, 0 to 100.';
COMMENT ON COLUMN pipeline.score IS 'Score, 0 to 100, higher is better.';
COMMENT ON COLUMN pipeline.score_source IS 'Where the score comes from: stage, model or manual.';
COMMENT ON COLUMN pipeline.grade IS 'Grade of the score, A (best) to D.';
COMMENT ON COLUMN pipeline.currency IS 'Currency (ISO 4217 code) of the amounts.';
COMMENT ON COLUMN pipeline.value IS 'actual_value of a won opportunity, estimated_value of any other.';
COMMENT ON COLUMN pipeline.weighted_value IS 'estimated_value x probability / 100 of an open opportunity, rounded; NULL when closed.';
COMMENT ON COLUMN pipeline.estimated_value IS 'Estimated revenue.';
COMMENT ON COLUMN pipeline.actual_value IS 'Revenue of a won opportunity.';
COMMENT ON COLUMN pipeline.estimated_close IS 'Day on which it is expected to close.';
COMMENT ON COLUMN pipeline.close_date IS 'Day on which it was closed (in the session''s time zone); of an open one, estimated_close.';
COMMENT ON COLUMN pipeline.opened_at IS 'When the deal was opened; NULL: unknown.';
COMMENT ON COLUMN pipeline.stage_entered_at IS 'When it entered its stage.';
COMMENT ON COLUMN pipeline.closed_at IS 'When it was won or lost.';
COMMENT ON COLUMN pipeline.next_step IS 'What is to be done next.';
COMMENT ON COLUMN pipeline.lost_reason IS 'Why it was lost.';
COMMENT ON COLUMN pipeline.winning_competitor IS 'Name of the competitor who won it.';
COMMENT ON COLUMN pipeline.estimated IS 'Names of the columns whose values were guessed by whoever loaded the row.';

CREATE VIEW pipeline_by_stage WITH (security_invoker = true) AS
SELECT concat_ws(' / ', p.process, p.stage, p.currency) AS stage_key,
    p.process,
    p.stage_order,
    p.stage,
    p.outcome,
    p.currency,
    count(*) AS deals,
    sum(p.value)::numeric(18,2) AS value,
    CASE WHEN p.outcome = 'open'
        THEN opportunity.round_amount(opportunity.weighted_value(p.estimated_value, p.probability),
            opportunity.minor_unit(p.currency)) END::numeric(18,2) AS weighted_value,
    opportunity.round_amount(avg(p.value), opportunity.minor_unit(p.currency))::numeric(18,2) AS average_value
FROM pipeline p
GROUP BY p.process, p.stage_order, p.stage, p.outcome, p.currency
ORDER BY p.process, p.stage_order, p.currency;
COMMENT ON VIEW pipeline_by_stage IS 'Number and value of the opportunities in each stage: one row a process, stage and currency that has any.';
COMMENT ON COLUMN pipeline_by_stage.stage_key IS 'Process, stage and currency together: unique.';
COMMENT ON COLUMN pipeline_by_stage.process IS 'Name of the sales process.';
COMMENT ON COLUMN pipeline_by_stage.stage_order IS 'Place of the stage in the process, from 1.';
COMMENT ON COLUMN pipeline_by_stage.stage IS 'Stage of the process.';
COMMENT ON COLUMN pipeline_by_stage.outcome IS 'open, won or lost.';
COMMENT ON COLUMN pipeline_by_stage.currency IS 'Currency (ISO 4217 code) of the amounts.';
COMMENT ON COLUMN pipeline_by_stage.deals IS 'Number of opportunities.';
COMMENT ON COLUMN pipeline_by_stage.value IS 'Sum of their values: actual_value of won ones, estimated_value of others.';
COMMENT ON COLUMN pipeline_by_stage.weighted_value IS 'Sum of estimated_value x probability / 100 of open ones, rounded once; NULL in won and lost stages.';
COMMENT ON COLUMN pipeline_by_stage.average_value IS 'Average value.';
