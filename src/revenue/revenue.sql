-- The aggregate revenue and its state.
CREATE TYPE opportunity.revenue_state;

CREATE FUNCTION opportunity.revenue_state_in(cstring)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_state_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_state_in(cstring) IS 'Text input of revenue_state; anything but its own text form is an error (22P02).';

CREATE FUNCTION opportunity.revenue_state_out(opportunity.revenue_state)
RETURNS cstring
AS 'MODULE_PATHNAME', 'opp_revenue_state_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_state_out(opportunity.revenue_state) IS 'Text output of revenue_state.';

CREATE FUNCTION opportunity.revenue_state_recv(internal)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_state_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_state_recv(internal) IS 'Binary input of revenue_state; anything but its own binary form is an error (22P03).';

CREATE FUNCTION opportunity.revenue_state_send(opportunity.revenue_state)
RETURNS bytea
AS 'MODULE_PATHNAME', 'opp_revenue_state_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_state_send(opportunity.revenue_state) IS 'Binary output of revenue_state.';

-- Neither compressed nor stored out of line: the aggregate changes it in place.
CREATE TYPE opportunity.revenue_state (
	INPUT = opportunity.revenue_state_in,
	OUTPUT = opportunity.revenue_state_out,
	RECEIVE = opportunity.revenue_state_recv,
	SEND = opportunity.revenue_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE opportunity.revenue_state IS
'A partial sum of the aggregate revenue: (lines, lines that are NaN, Infinity, -Infinity, and three 64-bit words, high to low, of the sum in units of 0.01). For parallel workers and for adding across servers; read it through revenue alone.';
COMMENT ON TYPE opportunity.revenue_state[] IS 'Array of revenue_state.';

CREATE FUNCTION opportunity.revenue_add(state opportunity.revenue_state, quantity numeric, price_per_unit numeric, volume_discount numeric, manual_discount numeric)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_add'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_add(opportunity.revenue_state, numeric, numeric, numeric, numeric) IS
'Transition function of revenue: adds a line''s net_amount at scale 2 to the state (NULL: none yet). NULL quantity or price adds nothing; NULL discounts are none.';

CREATE FUNCTION opportunity.revenue_add(state opportunity.revenue_state, quantity numeric, price_per_unit numeric)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_add'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_add(opportunity.revenue_state, numeric, numeric) IS
'Transition function of revenue without discounts: adds a line''s net_amount at scale 2 to the state (NULL: none yet). NULL quantity or price adds nothing.';

CREATE FUNCTION opportunity.revenue_remove(state opportunity.revenue_state, quantity numeric, price_per_unit numeric, volume_discount numeric, manual_discount numeric)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_remove(opportunity.revenue_state, numeric, numeric, numeric, numeric) IS
'Inverse transition function of revenue, for moving window frames: takes a line that was added away again. A line the state cannot hold is an error (22023).';

CREATE FUNCTION opportunity.revenue_remove(state opportunity.revenue_state, quantity numeric, price_per_unit numeric)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_remove(opportunity.revenue_state, numeric, numeric) IS
'Inverse transition function of revenue without discounts, for moving window frames: takes a line that was added away again. A line the state cannot hold is an error (22023).';

CREATE FUNCTION opportunity.revenue_combine(state opportunity.revenue_state, other opportunity.revenue_state)
RETURNS opportunity.revenue_state
AS 'MODULE_PATHNAME', 'opp_revenue_combine'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_combine(opportunity.revenue_state, opportunity.revenue_state) IS
'Combine function of revenue: the partial sum of both states. NULL, the state of no rows, gives NULL; the aggregate then keeps the other state.';

CREATE FUNCTION opportunity.revenue_final(state opportunity.revenue_state)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_revenue_final'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.revenue_final(opportunity.revenue_state) IS
'Final function of revenue: the sum with two decimals; NULL when no line was added. Above 1.7e36: 22003.';

CREATE AGGREGATE opportunity.revenue(quantity numeric, price_per_unit numeric, volume_discount numeric, manual_discount numeric) (
	SFUNC = opportunity.revenue_add,
	STYPE = opportunity.revenue_state,
	SSPACE = 64,
	FINALFUNC = opportunity.revenue_final,
	COMBINEFUNC = opportunity.revenue_combine,
	MSFUNC = opportunity.revenue_add,
	MINVFUNC = opportunity.revenue_remove,
	MSTYPE = opportunity.revenue_state,
	MSSPACE = 64,
	MFINALFUNC = opportunity.revenue_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.revenue(numeric, numeric, numeric, numeric) IS
'Sum of net_amount(quantity, price_per_unit, volume_discount, manual_discount), each line rounded to two decimals. Lines with NULL quantity or price are skipped; NULL discounts are none; NULL when no line remains. NaN and the infinities as in sum(numeric). Exact in any order; a line or a total above 1.7e36 is an error (22003).';

CREATE AGGREGATE opportunity.revenue(quantity numeric, price_per_unit numeric) (
	SFUNC = opportunity.revenue_add,
	STYPE = opportunity.revenue_state,
	SSPACE = 64,
	FINALFUNC = opportunity.revenue_final,
	COMBINEFUNC = opportunity.revenue_combine,
	MSFUNC = opportunity.revenue_add,
	MINVFUNC = opportunity.revenue_remove,
	MSTYPE = opportunity.revenue_state,
	MSSPACE = 64,
	MFINALFUNC = opportunity.revenue_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.revenue(numeric, numeric) IS
'Sum of net_amount(quantity, price_per_unit), each line rounded to two decimals. Lines with NULL quantity or price are skipped; NULL when no line remains. NaN and the infinities as in sum(numeric). Exact in any order; a line or a total above 1.7e36 is an error (22003).';
