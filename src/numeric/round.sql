-- Rounding.
CREATE FUNCTION opportunity.round_amount(amount numeric, scale integer DEFAULT 2, rounding text DEFAULT 'half_up')
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_round_amount'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.round_amount(numeric, integer, text) IS
'Amount rounded to scale digits after the point (-20 to 20, else 22003; negative: before it). rounding: half_up (ties away from zero, as round(numeric, integer)), half_even, half_down, up (away from zero), down (toward zero), ceiling, floor; another word is an error (22023). NaN and the infinities stay. Any NULL gives NULL.';
