-- What a process says of itself: look-ups by stage, its drawing, the ones to begin with.
CREATE SCHEMA process_describe;
SET search_path = process_describe, opportunity;

CREATE FUNCTION p() RETURNS sales_process RETURN '{"stages": [
    {"name": "qualify", "label": "1. Qualify", "probability": 12.50, "required": ["budget_amount", "need"]},
    {"name": "develop"}, {"name": "propose", "probability": 0, "required": ["offer"]},
    {"name": "signed", "outcome": "won", "required": ["contract"]}, {"name": "renewed", "outcome": "won"},
    {"name": "lost", "outcome": "lost", "required": ["reason"]}, {"name": "dropped", "outcome": "lost"}]}'::sales_process;

SELECT stage, stage_probability(p(), stage), stage_order(p(), stage)
FROM unnest(ARRAY['qualify', 'develop', 'propose', 'signed', 'dropped', 'Qualify', '', NULL]) WITH ORDINALITY AS s (stage, i) ORDER BY i;
SELECT stage_probability(NULL, 'qualify') IS NULL AND stage_order(NULL, 'qualify') IS NULL AND process_diagram(NULL) IS NULL AND process_template(NULL) IS NULL AS nulls;

\pset format unaligned
SELECT process_diagram(p());
-- A label is never markup: neither Mermaid's, nor Markdown's, nor HTML's.
SELECT process_diagram($${"stages": [{"name": "a\"]; click s1 callback \"x\"", "required": ["<img src=x onerror=alert(1)>", "`b` | c"]},
    {"name": "- **naïve** %% #quot; &lt; end", "label": "graph\\n{{x}}"}, {"name": "w", "outcome": "won"}]}$$::sales_process);

-- Templates.
SELECT t, s.* FROM unnest(ARRAY['dynamics', 'salesforce', 'hubspot']) t, stages(process_template(t)) s;
SELECT process_template('salesforce');
SELECT process_template('Dynamics');
\pset format aligned
