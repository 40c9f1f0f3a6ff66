-- What deserves attention in the open opportunities.

CREATE FUNCTION insights(as_of timestamptz DEFAULT now())
    RETURNS TABLE (insight_key text, opportunity_id bigint, name text, account text, owner text, stage text, estimated_close date,
        estimated_value numeric, currency text, kind text, severity_order integer, severity text, days integer, message text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT concat_ws(' ', o.id, i.kind), o.id, o.name, a.name, m.name, o.stage, o.estimated_close,
        o.estimated_value, o.currency, i.kind, CASE i.severity WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, i.severity, i.days, i.message
    FROM opportunity o
        LEFT JOIN account a ON a.id = o.account_id
        LEFT JOIN member m ON m.id = o.owner_id
        LEFT JOIN (process p CROSS JOIN LATERAL opportunity.stages(p.definition) s) ON p.name = o.process AND s.stage = o.stage
        LEFT JOIN opportunity.pipeline_slippage('opportunity'::regclass, until => insights.as_of, close_date_column => 'estimated_close') pushed ON pushed.row_key = o.id::text
        CROSS JOIN LATERAL (SELECT max(h.changed_at) AS at FROM opportunity_history h WHERE h.opportunity_id = o.id AND h.changed_at <= insights.as_of) changed
        CROSS JOIN LATERAL opportunity.deal_insights(o.estimated_close,
            last_activity => coalesce(changed.at, o.opened_at), stage_entered => o.stage_entered_at, rotting_days => s.rotting_days,
            pushes => pushed.pushes, amount => o.estimated_value, line_count => o.line_count, as_of => insights.as_of) i
    WHERE o.outcome = 'open' AND (o.opened_at IS NULL OR o.opened_at <= insights.as_of)
    ORDER BY 11, o.estimated_close, o.id, i.kind;
END;
COMMENT ON FUNCTION insights(timestamptz) IS
'What deserves attention in the open opportunities, as they are now, at an instant; those opened later are left out: a row each, as opportunity.deal_insights judges. A change of a column that the history keeps counts as activity; pushes of the estimated close are counted in the history. Days are those of the session''s time zone.';

CREATE VIEW insights_now WITH (security_invoker = true) AS
SELECT insight_key, opportunity_id, name, account, owner, stage, estimated_close, estimated_value::numeric(18,2) AS estimated_value, currency,
    kind, severity_order, severity, days, message
FROM insights();
COMMENT ON VIEW insights_now IS 'What deserves attention in the open opportunities now, the gravest first: one row an opportunity and kind of insight. insights(as_of) says it for another instant.';
COMMENT ON COLUMN insights_now.insight_key IS 'Opportunity and kind together: unique.';
COMMENT ON COLUMN insights_now.opportunity_id IS 'The opportunity.';
COMMENT ON COLUMN insights_now.name IS 'What the deal is called.';
COMMENT ON COLUMN insights_now.account IS 'Name of the company sold to; NULL while unknown.';
COMMENT ON COLUMN insights_now.owner IS 'Name of the member who works on it.';
COMMENT ON COLUMN insights_now.stage IS 'Stage of the process.';
COMMENT ON COLUMN insights_now.estimated_close IS 'Day on which it is expected to close.';
COMMENT ON COLUMN insights_now.estimated_value IS 'Estimated revenue.';
COMMENT ON COLUMN insights_now.currency IS 'Currency (ISO 4217 code) of the estimated revenue.';
COMMENT ON COLUMN insights_now.kind IS 'What it is about: close_date_passed, close_date_near, rotting, no_activity, pushed or no_lines.';
COMMENT ON COLUMN insights_now.severity_order IS '1 high, 2 medium, 3 low: to sort by.';
COMMENT ON COLUMN insights_now.severity IS 'high, medium or low.';
COMMENT ON COLUMN insights_now.days IS 'Days passed or left, where there are any to count.';
COMMENT ON COLUMN insights_now.message IS 'The insight as a sentence.';
