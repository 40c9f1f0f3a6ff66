-- The Maven pipeline in figures: one pass of summarize_pipeline over the deals, for
-- each stage, for each regional office, and for all. Percent, days, USD a day.
\pset numericlocale on
\pset footer off

\set ECHO queries
\echo By stage, with one pass over the deals:
SELECT coalesce(g.stage, 'all') AS stage, open_count + won_count + lost_count AS deals,
    open_value + won_value + lost_value AS value, round(weighted_value, 2) AS weighted_value, round(win_rate, 1) AS win_rate,
    round(average_deal, 2) AS average_deal, round(average_cycle_days, 1) AS average_cycle, round(sales_velocity, 2) AS velocity
FROM (SELECT stage_order, stage,
        opportunity.summarize_pipeline(value, probability, opportunity.is_won(outcome), opened_at, closed_at) AS summary
    FROM crm.pipeline WHERE process = 'Maven'
    GROUP BY GROUPING SETS ((stage_order, stage), ())) AS g, opportunity.pipeline_figures(summary)
ORDER BY stage_order;
\set ECHO none

\echo The same by regional office:
SELECT coalesce(g.territory, 'all') AS regional_office, open_count + won_count + lost_count AS deals,
    open_value + won_value + lost_value AS value, round(weighted_value, 2) AS weighted_value, round(win_rate, 1) AS win_rate,
    round(average_deal, 2) AS average_deal, round(average_cycle_days, 1) AS average_cycle, round(sales_velocity, 2) AS velocity
FROM (SELECT territory,
        opportunity.summarize_pipeline(value, probability, opportunity.is_won(outcome), opened_at, closed_at) AS summary
    FROM crm.pipeline WHERE process = 'Maven'
    GROUP BY GROUPING SETS ((territory), ())) AS g, opportunity.pipeline_figures(summary)
ORDER BY territory;

\echo What the open deals will bring, each won or lost at its own probability:
SELECT round(expected, 2) AS expected, round(standard_deviation, 2) AS standard_deviation,
    round(p10, 2) AS p10, round(p50, 2) AS p50, round(p90, 2) AS p90
FROM (SELECT opportunity.summarize_pipeline(value, probability, opportunity.is_won(outcome)) AS summary
    FROM crm.pipeline WHERE process = 'Maven') AS g, opportunity.forecast(summary);
