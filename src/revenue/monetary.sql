-- The type monetary: an amount with its currency.
CREATE TYPE opportunity.monetary;

CREATE FUNCTION opportunity.monetary_in(cstring, oid, integer)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_in(cstring, oid, integer) IS
'Text input of monetary: the three letters of a currency of ISO 4217, a blank and the amount in plain digits, or the amount first; also the JSON form that a cast to json gives, with the amount as a number or a string. More decimals than the currency has, and a currency without minor unit, are errors (22P02); more than 2^53 - 1 minor units is out of range (22003); another currency than the modifier''s is an error (22023).';

CREATE FUNCTION opportunity.monetary_out(opportunity.monetary)
RETURNS cstring
AS 'MODULE_PATHNAME', 'opp_monetary_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_out(opportunity.monetary) IS
'Text output of monetary: the currency, a blank, the amount with all of the currency''s decimals.';

CREATE FUNCTION opportunity.monetary_recv(internal, oid, integer)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_recv(internal, oid, integer) IS
'Binary input of monetary; anything but its own binary form is an error (22P03), another currency than the modifier''s too (22023).';

CREATE FUNCTION opportunity.monetary_send(opportunity.monetary)
RETURNS bytea
AS 'MODULE_PATHNAME', 'opp_monetary_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_send(opportunity.monetary) IS
'Binary output of monetary: three letters of the currency, its decimals in a byte, the minor units in eight bytes, the highest first.';

CREATE FUNCTION opportunity.monetary_typmod_in(cstring[])
RETURNS integer
AS 'MODULE_PATHNAME', 'opp_monetary_typmod_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_typmod_in(cstring[]) IS
'Modifier of monetary: the one currency admitted, as in monetary(EUR) or monetary(''EUR''). An unknown one is an error (22023).';

CREATE FUNCTION opportunity.monetary_typmod_out(integer)
RETURNS cstring
AS 'MODULE_PATHNAME', 'opp_monetary_typmod_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_typmod_out(integer) IS
'Text output of the modifier of monetary.';

-- As bigint: by value where bigint is. Of the numeric category, or abs(monetary) would
-- make abs($1) ambiguous.
CREATE TYPE opportunity.monetary (
	INPUT = opportunity.monetary_in,
	OUTPUT = opportunity.monetary_out,
	RECEIVE = opportunity.monetary_recv,
	SEND = opportunity.monetary_send,
	TYPMOD_IN = opportunity.monetary_typmod_in,
	TYPMOD_OUT = opportunity.monetary_typmod_out,
	LIKE = bigint,
	CATEGORY = 'N'
);
COMMENT ON TYPE opportunity.monetary IS
'An amount with its currency, in 8 bytes: EUR 1250.00, exact to the currency''s minor unit, up to 2^53 - 1 minor units (90 trillion euro) either way. monetary(EUR) admits one currency only. Amounts in two currencies are never added, subtracted or summed (22023); their order is by the number of the currency and then by amount, for indexes and sorting alone.';
COMMENT ON TYPE opportunity.monetary[] IS 'Array of monetary.';

-- Making values and taking them apart.
CREATE FUNCTION opportunity.monetary(amount numeric, currency text, rounding text DEFAULT 'half_up')
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary(numeric, text, text) IS
'The amount in that currency of ISO 4217 (upper or lower case), rounded to its minor unit: half_up (ties away from zero), half_even, half_down, up, down, ceiling, floor. An unknown currency, one without minor unit (as gold, XAU) and an unknown rounding are errors (22023); NaN, an infinity and more than 2^53 - 1 minor units are out of range (22003). Any NULL gives NULL.';

CREATE FUNCTION opportunity.amount(amount opportunity.monetary)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_monetary_amount'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.amount(opportunity.monetary) IS
'The amount without its currency, with all of the currency''s decimals.';

CREATE FUNCTION opportunity.currency(amount opportunity.monetary)
RETURNS text
AS 'MODULE_PATHNAME', 'opp_monetary_currency'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.currency(opportunity.monetary) IS
'The three letters of the amount''s currency.';

CREATE FUNCTION opportunity.exchange(amount opportunity.monetary, to_currency text, rate numeric)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_exchange'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.exchange(opportunity.monetary, text, numeric) IS
'The amount in another currency: amount * rate, rounded half away from zero to the minor unit of to_currency. rate: what one unit of the amount''s currency is worth in to_currency, positive and finite, else 22003. An unknown currency is an error (22023). Any NULL gives NULL.';

CREATE FUNCTION opportunity.split(amount opportunity.monetary, weights numeric[])
RETURNS opportunity.monetary[]
AS 'MODULE_PATHNAME', 'opp_monetary_split'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.split(opportunity.monetary, numeric[]) IS
'The amount split by weights into shares that add up to it exactly, as allocate splits a number: each share is cut off toward zero, and the minor units left over go one each to the shares that lost most, to the earlier one of equals; a negative amount is split as its magnitude. weights: finite, zero or more, one dimension; negative, NaN, infinite, none or all zero: 22023, a NULL among them: 22004.';

CREATE FUNCTION opportunity.monetary_to_json(opportunity.monetary)
RETURNS json
AS 'MODULE_PATHNAME', 'opp_monetary_to_json'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_to_json(opportunity.monetary) IS
'JSON of an amount: an object of amount, a number with all of the currency''s decimals, and currency, its three letters. row_to_json and the like use it too.';

CREATE FUNCTION opportunity.monetary_to_jsonb(opportunity.monetary)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'opp_monetary_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_to_jsonb(opportunity.monetary) IS
'JSON of an amount: an object of amount, a number with all of the currency''s decimals, and currency, its three letters.';

CREATE FUNCTION opportunity.monetary_to_typmod(opportunity.monetary, integer)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_to_typmod'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_to_typmod(opportunity.monetary, integer) IS
'The amount itself, when its currency is the modifier''s; an error (22023) when it is another.';

CREATE CAST (opportunity.monetary AS opportunity.monetary) WITH FUNCTION opportunity.monetary_to_typmod(opportunity.monetary, integer) AS IMPLICIT;
COMMENT ON CAST (opportunity.monetary AS opportunity.monetary) IS 'Refuses another currency than the column''s.';
CREATE CAST (opportunity.monetary AS numeric) WITH FUNCTION opportunity.amount(opportunity.monetary);
COMMENT ON CAST (opportunity.monetary AS numeric) IS 'The amount; explicit, because it drops the currency.';
CREATE CAST (opportunity.monetary AS json) WITH FUNCTION opportunity.monetary_to_json(opportunity.monetary);
COMMENT ON CAST (opportunity.monetary AS json) IS 'An object of amount and currency.';
CREATE CAST (opportunity.monetary AS jsonb) WITH FUNCTION opportunity.monetary_to_jsonb(opportunity.monetary);
COMMENT ON CAST (opportunity.monetary AS jsonb) IS 'An object of amount and currency.';
CREATE CAST (text AS opportunity.monetary) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS opportunity.monetary) IS 'As the type''s text input; also where a text is assigned to a column.';
CREATE CAST (varchar AS opportunity.monetary) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS opportunity.monetary) IS 'As the type''s text input; also where a text is assigned to a column.';

-- Arithmetic.
CREATE FUNCTION opportunity.monetary_add(opportunity.monetary, opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_add'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_add(opportunity.monetary, opportunity.monetary) IS
'Sum of two amounts in one currency; two currencies are an error (22023), a sum beyond 2^53 - 1 minor units is out of range (22003).';

CREATE FUNCTION opportunity.monetary_subtract(opportunity.monetary, opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_subtract'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_subtract(opportunity.monetary, opportunity.monetary) IS
'Difference of two amounts in one currency; two currencies are an error (22023), a difference beyond 2^53 - 1 minor units is out of range (22003).';

CREATE FUNCTION opportunity.monetary_negate(opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_negate'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_negate(opportunity.monetary) IS
'The amount with the other sign.';

CREATE FUNCTION opportunity.abs(amount opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_abs'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.abs(opportunity.monetary) IS
'The amount without its sign.';

CREATE FUNCTION opportunity.monetary_multiply(opportunity.monetary, numeric)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_multiply'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_multiply(opportunity.monetary, numeric) IS
'The amount times a number, rounded half away from zero to the currency''s minor unit. NaN, an infinity and a product beyond 2^53 - 1 minor units are out of range (22003).';

CREATE FUNCTION opportunity.monetary_multiplied(numeric, opportunity.monetary)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_multiplied'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_multiplied(numeric, opportunity.monetary) IS
'A number times an amount, rounded half away from zero to the currency''s minor unit. NaN, an infinity and a product beyond 2^53 - 1 minor units are out of range (22003).';

CREATE FUNCTION opportunity.monetary_divide(opportunity.monetary, numeric)
RETURNS opportunity.monetary
AS 'MODULE_PATHNAME', 'opp_monetary_divide'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_divide(opportunity.monetary, numeric) IS
'The amount by a number, rounded half away from zero to the currency''s minor unit. Zero is an error (22012); NaN, an infinity and a quotient beyond 2^53 - 1 minor units are out of range (22003).';

CREATE FUNCTION opportunity.monetary_ratio(opportunity.monetary, opportunity.monetary)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_monetary_ratio'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_ratio(opportunity.monetary, opportunity.monetary) IS
'One amount by another in the same currency, as a number; two currencies are an error (22023), zero is one (22012).';

CREATE OPERATOR opportunity.+ (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_add, COMMUTATOR = OPERATOR(opportunity.+));
COMMENT ON OPERATOR opportunity.+ (opportunity.monetary, opportunity.monetary) IS 'Sum of two amounts in one currency.';
CREATE OPERATOR opportunity.- (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_subtract);
COMMENT ON OPERATOR opportunity.- (opportunity.monetary, opportunity.monetary) IS 'Difference of two amounts in one currency.';
CREATE OPERATOR opportunity.- (RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_negate);
COMMENT ON OPERATOR opportunity.- (NONE, opportunity.monetary) IS 'The amount with the other sign.';
CREATE OPERATOR opportunity.* (LEFTARG = opportunity.monetary, RIGHTARG = numeric, FUNCTION = opportunity.monetary_multiply, COMMUTATOR = OPERATOR(opportunity.*));
COMMENT ON OPERATOR opportunity.* (opportunity.monetary, numeric) IS 'The amount times a number, rounded to the minor unit.';
CREATE OPERATOR opportunity.* (LEFTARG = numeric, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_multiplied, COMMUTATOR = OPERATOR(opportunity.*));
COMMENT ON OPERATOR opportunity.* (numeric, opportunity.monetary) IS 'A number times an amount, rounded to the minor unit.';
CREATE OPERATOR opportunity./ (LEFTARG = opportunity.monetary, RIGHTARG = numeric, FUNCTION = opportunity.monetary_divide);
COMMENT ON OPERATOR opportunity./ (opportunity.monetary, numeric) IS 'The amount by a number, rounded to the minor unit.';
CREATE OPERATOR opportunity./ (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_ratio);
COMMENT ON OPERATOR opportunity./ (opportunity.monetary, opportunity.monetary) IS 'One amount by another in the same currency, as a number.';

-- Comparison and order: values compare as the integers they are stored as, so these
-- are PostgreSQL's own functions of bigint.
CREATE FUNCTION opportunity.monetary_eq(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8eq'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_eq(opportunity.monetary, opportunity.monetary) IS
'Is the first the same amount in the same currency.';

CREATE FUNCTION opportunity.monetary_ne(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8ne'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_ne(opportunity.monetary, opportunity.monetary) IS
'Is the first another amount or another currency.';

CREATE FUNCTION opportunity.monetary_lt(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8lt'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_lt(opportunity.monetary, opportunity.monetary) IS
'Is the first less; of two currencies, the order is of their ISO numbers.';

CREATE FUNCTION opportunity.monetary_le(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8le'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_le(opportunity.monetary, opportunity.monetary) IS
'Is the first less or the same; of two currencies, the order is of their ISO numbers.';

CREATE FUNCTION opportunity.monetary_gt(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8gt'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_gt(opportunity.monetary, opportunity.monetary) IS
'Is the first more; of two currencies, the order is of their ISO numbers.';

CREATE FUNCTION opportunity.monetary_ge(opportunity.monetary, opportunity.monetary)
RETURNS boolean
AS 'int8ge'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_ge(opportunity.monetary, opportunity.monetary) IS
'Is the first more or the same; of two currencies, the order is of their ISO numbers.';

CREATE OPERATOR opportunity.= (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR opportunity.= (opportunity.monetary, opportunity.monetary) IS 'Is the first the same amount in the same currency.';
CREATE OPERATOR opportunity.<> (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR opportunity.<> (opportunity.monetary, opportunity.monetary) IS 'Is the first another amount or another currency.';
CREATE OPERATOR opportunity.< (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_lt,
	COMMUTATOR = OPERATOR(opportunity.>), NEGATOR = OPERATOR(opportunity.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR opportunity.< (opportunity.monetary, opportunity.monetary) IS 'Is the first less; of two currencies, the order is of their ISO numbers.';
CREATE OPERATOR opportunity.<= (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_le,
	COMMUTATOR = OPERATOR(opportunity.>=), NEGATOR = OPERATOR(opportunity.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR opportunity.<= (opportunity.monetary, opportunity.monetary) IS 'Is the first less or the same; of two currencies, the order is of their ISO numbers.';
CREATE OPERATOR opportunity.> (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_gt,
	COMMUTATOR = OPERATOR(opportunity.<), NEGATOR = OPERATOR(opportunity.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR opportunity.> (opportunity.monetary, opportunity.monetary) IS 'Is the first more; of two currencies, the order is of their ISO numbers.';
CREATE OPERATOR opportunity.>= (LEFTARG = opportunity.monetary, RIGHTARG = opportunity.monetary, FUNCTION = opportunity.monetary_ge,
	COMMUTATOR = OPERATOR(opportunity.<=), NEGATOR = OPERATOR(opportunity.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR opportunity.>= (opportunity.monetary, opportunity.monetary) IS 'Is the first more or the same; of two currencies, the order is of their ISO numbers.';

CREATE FUNCTION opportunity.monetary_cmp(opportunity.monetary, opportunity.monetary)
RETURNS integer
AS 'btint8cmp'
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_cmp(opportunity.monetary, opportunity.monetary) IS
'Order of amounts: by the ISO number of the currency, then by amount; -1, 0 or 1.';

CREATE FUNCTION opportunity.monetary_hash(opportunity.monetary)
RETURNS integer
AS 'hashint8'
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_hash(opportunity.monetary) IS
'Hash of an amount with its currency.';

CREATE FUNCTION opportunity.monetary_hash_extended(opportunity.monetary, bigint)
RETURNS bigint
AS 'hashint8extended'
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.monetary_hash_extended(opportunity.monetary, bigint) IS
'Hash of an amount with its currency, with a seed.';

CREATE OPERATOR CLASS opportunity.monetary_ops DEFAULT FOR TYPE opportunity.monetary USING btree AS
	OPERATOR 1 opportunity.<,
	OPERATOR 2 opportunity.<=,
	OPERATOR 3 opportunity.=,
	OPERATOR 4 opportunity.>=,
	OPERATOR 5 opportunity.>,
	FUNCTION 1 opportunity.monetary_cmp(opportunity.monetary, opportunity.monetary),
	FUNCTION 2 pg_catalog.btint8sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS opportunity.monetary_ops USING btree IS 'Amounts by the ISO number of their currency, then by amount.';
CREATE OPERATOR CLASS opportunity.monetary_ops DEFAULT FOR TYPE opportunity.monetary USING hash AS
	OPERATOR 1 opportunity.=,
	FUNCTION 1 opportunity.monetary_hash(opportunity.monetary),
	FUNCTION 2 opportunity.monetary_hash_extended(opportunity.monetary, bigint);
COMMENT ON OPERATOR CLASS opportunity.monetary_ops USING hash IS 'Amounts with their currency.';
