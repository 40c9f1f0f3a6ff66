-- Which exchange rate converts an opportunity.
CREATE FUNCTION opportunity.exchange_date(policy text, saved date, closes date, closed date, today date DEFAULT CURRENT_DATE)
RETURNS date
AS 'MODULE_PATHNAME', 'opp_exchange_date'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.exchange_date(text, date, date, date, date) IS
'The date whose exchange rate converts an opportunity that was saved, is expected to close and was closed on the given dates. policy: at_save (saved), current (today), by_close_date (closed, before that closes), frozen_at_close (closed, before that today); another word is an error (22023). A date that is NULL has not come yet: today stands for it. NULL policy or today gives NULL.';
