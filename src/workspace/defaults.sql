-- What a new workspace holds.

INSERT INTO member (name, role_name, is_admin) VALUES (CURRENT_USER, CURRENT_USER, true);

INSERT INTO price_list (name, is_default) VALUES ('Standard', true);

-- Stages may be skipped, but what they require may not: a move passes the gates of
-- all stages that it leaves behind. Deals that are closed already can be inserted
-- as such; they need what the outcome requires and nothing else.
INSERT INTO process (name, is_default, definition) VALUES ('Opportunity sales process', true, '
{"stages": [
    {"name": "qualify", "label": "Qualify", "probability": 10, "forecast_category": "pipeline", "rotting_days": 14,
     "required": ["account_id", "customer_need"]},
    {"name": "develop", "label": "Develop", "probability": 30, "forecast_category": "pipeline", "rotting_days": 30,
     "required": ["proposed_solution", "estimated_close"]},
    {"name": "propose", "label": "Propose", "probability": 60, "forecast_category": "best_case", "rotting_days": 30,
     "required": ["estimated_value", "decision_process"]},
    {"name": "close", "label": "Close", "probability": 80, "forecast_category": "committed", "rotting_days": 14},
    {"name": "won", "label": "Won", "outcome": "won", "required": ["actual_value"]},
    {"name": "lost", "label": "Lost", "outcome": "lost", "required": ["lost_reason"]}],
 "moves": {"skip": true, "back": true, "reopen": true, "start": "any"}}');
