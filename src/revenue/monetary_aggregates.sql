-- The aggregates over monetary, and the state of sum and avg.
CREATE TYPE opportunity.monetary_sum;

CREATE FUNCTION opportunity.monetary_sum_in(cstring)
RETURNS opportunity.monetary_sum
AS 'MODULE_PATHNAME', 'opp_monetary_sum_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_in(cstring) IS
'Text input of monetary_sum; anything but its own text form is an error (22P02).';

CREATE FUNCTION opportunity.monetary_sum_out(opportunity.monetary_sum)
RETURNS cstring
AS 'MODULE_PATHNAME', 'opp_monetary_sum_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_out(opportunity.monetary_sum) IS
'Text output of monetary_sum.';

CREATE FUNCTION opportunity.monetary_sum_recv(internal)
RETURNS opportunity.monetary_sum
AS 'MODULE_PATHNAME', 'opp_monetary_sum_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_recv(internal) IS
'Binary input of monetary_sum; anything but its own binary form is an error (22P03).';

CREATE FUNCTION opportunity.monetary_sum_send(opportunity.monetary_sum)
RETURNS bytea
AS 'MODULE_PATHNAME', 'opp_monetary_sum_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_send(opportunity.monetary_sum) IS
'Binary output of monetary_sum.';

CREATE TYPE opportunity.monetary_sum (
	INPUT = opportunity.monetary_sum_in,
	OUTPUT = opportunity.monetary_sum_out,
	RECEIVE = opportunity.monetary_sum_recv,
	SEND = opportunity.monetary_sum_send,
	INTERNALLENGTH = 32,
	ALIGNMENT = double
);
COMMENT ON TYPE opportunity.monetary_sum IS
'A partial sum of amounts in one currency: (amounts, currency, sum). For parallel workers and for adding across servers; read it through the aggregates sum and avg alone.';
COMMENT ON TYPE opportunity.monetary_sum[] IS 'Array of monetary_sum.';

CREATE FUNCTION opportunity.monetary_sum_add(opportunity.monetary_sum, opportunity.monetary)
RETURNS opportunity.monetary_sum
AS 'MODULE_PATHNAME', 'opp_monetary_sum_add'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_add(opportunity.monetary_sum, opportunity.monetary) IS
'Transition function of sum and avg over monetary: adds an amount. Another currency is an error (22023).';

CREATE FUNCTION opportunity.monetary_sum_remove(opportunity.monetary_sum, opportunity.monetary)
RETURNS opportunity.monetary_sum
AS 'MODULE_PATHNAME', 'opp_monetary_sum_remove'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_remove(opportunity.monetary_sum, opportunity.monetary) IS
'Inverse transition function of sum and avg over monetary, for moving window frames: takes an amount that was added away again. One that the state cannot hold is an error (22023).';

CREATE FUNCTION opportunity.monetary_sum_combine(opportunity.monetary_sum, opportunity.monetary_sum)
RETURNS opportunity.monetary_sum
AS 'MODULE_PATHNAME', 'opp_monetary_sum_combine'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_combine(opportunity.monetary_sum, opportunity.monetary_sum) IS
'Combine function of sum and avg over monetary: the partial sum of both. Two currencies are an error (22023).';

CREATE FUNCTION opportunity.monetary_sum_final(opportunity.monetary_sum)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_sum_final'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_sum_final(opportunity.monetary_sum) IS
'Final function of sum over monetary; NULL of no amounts. Beyond 2^53 - 1 minor units: 22003.';

CREATE FUNCTION opportunity.monetary_avg_final(opportunity.monetary_sum)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_avg_final'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_avg_final(opportunity.monetary_sum) IS
'Final function of avg over monetary: rounded half away from zero to the currency''s minor unit; NULL of no amounts.';

CREATE FUNCTION opportunity.monetary_smaller(opportunity.monetary, opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_smaller'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_smaller(opportunity.monetary, opportunity.monetary) IS
'Transition function of min over monetary: the lesser amount. Two currencies are an error (22023).';

CREATE FUNCTION opportunity.monetary_larger(opportunity.monetary, opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_larger'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_larger(opportunity.monetary, opportunity.monetary) IS
'Transition function of max over monetary: the greater amount. Two currencies are an error (22023).';

CREATE AGGREGATE opportunity.sum(opportunity.monetary) (
	SFUNC = opportunity.monetary_sum_add,
	STYPE = opportunity.monetary_sum,
	SSPACE = 32,
	FINALFUNC = opportunity.monetary_sum_final,
	COMBINEFUNC = opportunity.monetary_sum_combine,
	INITCOND = '(0,,0)',
	MSFUNC = opportunity.monetary_sum_add,
	MINVFUNC = opportunity.monetary_sum_remove,
	MSTYPE = opportunity.monetary_sum,
	MSSPACE = 32,
	MFINALFUNC = opportunity.monetary_sum_final,
	MINITCOND = '(0,,0)',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.sum(opportunity.monetary) IS
'Sum of amounts in one currency, exact in any order; NULLs are skipped, NULL when no amount remains. Amounts in two currencies are an error (22023): group by currency(amount), or exchange first. A sum beyond 2^53 - 1 minor units is out of range (22003), partial sums are not.';

CREATE AGGREGATE opportunity.avg(opportunity.monetary) (
	SFUNC = opportunity.monetary_sum_add,
	STYPE = opportunity.monetary_sum,
	SSPACE = 32,
	FINALFUNC = opportunity.monetary_avg_final,
	COMBINEFUNC = opportunity.monetary_sum_combine,
	INITCOND = '(0,,0)',
	MSFUNC = opportunity.monetary_sum_add,
	MINVFUNC = opportunity.monetary_sum_remove,
	MSTYPE = opportunity.monetary_sum,
	MSSPACE = 32,
	MFINALFUNC = opportunity.monetary_avg_final,
	MINITCOND = '(0,,0)',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.avg(opportunity.monetary) IS
'Mean of amounts in one currency, rounded half away from zero to the currency''s minor unit; NULLs are skipped, NULL when no amount remains. Amounts in two currencies are an error (22023).';

CREATE AGGREGATE opportunity.min(opportunity.monetary) (
	SFUNC = opportunity.monetary_smaller,
	STYPE = opportunity.monetary,
	COMBINEFUNC = opportunity.monetary_smaller,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.min(opportunity.monetary) IS
'The least amount; NULLs are skipped, NULL when no amount remains. Amounts in two currencies are an error (22023).';

CREATE AGGREGATE opportunity.max(opportunity.monetary) (
	SFUNC = opportunity.monetary_larger,
	STYPE = opportunity.monetary,
	COMBINEFUNC = opportunity.monetary_larger,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.max(opportunity.monetary) IS
'The greatest amount; NULLs are skipped, NULL when no amount remains. Amounts in two currencies are an error (22023).';
