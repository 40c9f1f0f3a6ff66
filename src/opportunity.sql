-- The schema: whoever may connect may compute. What acts for someone else is
-- revoked where it is created.
GRANT USAGE ON SCHEMA opportunity TO PUBLIC;
COMMENT ON SCHEMA opportunity IS 'Sales opportunities: exact revenue, an enforced sales process, pipeline analytics. Owns no tables.';

