-- Whether a deal was won or lost, by the words its status is written in.

CREATE FUNCTION opportunity.is_won(
	status text,
	won text[] DEFAULT '{won,"closed won",closed_won,closed-won,closedwon}',
	lost text[] DEFAULT '{lost,"closed lost",closed_lost,closed-lost,closedlost}'
) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_is_won' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.is_won(text, text[], text[]) IS 'true when the status is one of the words in won, false when one of those in lost, NULL - open - otherwise. The case of the letters A to Z and blanks around do not matter. NULL for a NULL argument. Errors: 22023 for a word in both lists.';
