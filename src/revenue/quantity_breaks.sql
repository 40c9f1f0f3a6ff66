-- Discount lists as values.
CREATE TYPE opportunity.quantity_breaks;

CREATE FUNCTION opportunity.quantity_breaks_in(cstring)
RETURNS opportunity.quantity_breaks
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_in(cstring) IS
'Text input of quantity_breaks: bands in ascending order, [from,to):5% or [from,to):1.25 each; anything else is an error (22P02).';

CREATE FUNCTION opportunity.quantity_breaks_out(opportunity.quantity_breaks)
RETURNS cstring
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_out(opportunity.quantity_breaks) IS
'Text output of quantity_breaks, in canonical form.';

CREATE FUNCTION opportunity.quantity_breaks_recv(internal)
RETURNS opportunity.quantity_breaks
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_recv(internal) IS
'Binary input of quantity_breaks, with the checks of its text input (22P03).';

CREATE FUNCTION opportunity.quantity_breaks_send(opportunity.quantity_breaks)
RETURNS bytea
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_send(opportunity.quantity_breaks) IS
'Binary output of quantity_breaks.';

CREATE TYPE opportunity.quantity_breaks (
	INPUT = opportunity.quantity_breaks_in,
	OUTPUT = opportunity.quantity_breaks_out,
	RECEIVE = opportunity.quantity_breaks_recv,
	SEND = opportunity.quantity_breaks_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE opportunity.quantity_breaks IS
'A discount list as a value: [10,50):5%, [50,):12.5% gives 5 percent of the price from 10 units to below 50 and 12.5 percent from 50 on; without % the discount is an amount per unit. Bands ascend and do not overlap; between them and outside them there is no discount. Quantities: 0 to 10^12, at most 5 decimals; percentages 0 to 100, amounts 0 to 10^12, at most 6 decimals; at most 9999 bands.';
COMMENT ON TYPE opportunity.quantity_breaks[] IS 'Array of quantity_breaks.';

CREATE FUNCTION opportunity.quantity_breaks_eq(opportunity.quantity_breaks, opportunity.quantity_breaks)
RETURNS boolean
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_eq(opportunity.quantity_breaks, opportunity.quantity_breaks) IS
'Implementation of =: the same bands with the same discounts, however they were written.';

CREATE FUNCTION opportunity.quantity_breaks_ne(opportunity.quantity_breaks, opportunity.quantity_breaks)
RETURNS boolean
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_ne(opportunity.quantity_breaks, opportunity.quantity_breaks) IS
'Implementation of <>.';

CREATE FUNCTION opportunity.quantity_breaks_hash(opportunity.quantity_breaks)
RETURNS integer
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_hash(opportunity.quantity_breaks) IS
'Hash of quantity_breaks, for hash joins, grouping and hash indexes.';

CREATE FUNCTION opportunity.quantity_breaks_hash_extended(opportunity.quantity_breaks, bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'opp_quantity_breaks_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.quantity_breaks_hash_extended(opportunity.quantity_breaks, bigint) IS
'Hash of quantity_breaks with a seed, for hash partitions.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.quantity_breaks, RIGHTARG = opportunity.quantity_breaks,
	FUNCTION = opportunity.quantity_breaks_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES
);
COMMENT ON OPERATOR opportunity.= (opportunity.quantity_breaks, opportunity.quantity_breaks) IS 'The same bands with the same discounts.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.quantity_breaks, RIGHTARG = opportunity.quantity_breaks,
	FUNCTION = opportunity.quantity_breaks_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.quantity_breaks, opportunity.quantity_breaks) IS 'Some band or discount differs.';

CREATE OPERATOR CLASS opportunity.quantity_breaks_hash_ops
DEFAULT FOR TYPE opportunity.quantity_breaks USING hash AS
	OPERATOR 1 opportunity.= (opportunity.quantity_breaks, opportunity.quantity_breaks),
	FUNCTION 1 opportunity.quantity_breaks_hash(opportunity.quantity_breaks),
	FUNCTION 2 opportunity.quantity_breaks_hash_extended(opportunity.quantity_breaks, bigint);
COMMENT ON OPERATOR CLASS opportunity.quantity_breaks_hash_ops USING hash IS 'quantity_breaks in hash joins, grouping, hash indexes and hash partitions.';

CREATE FUNCTION opportunity.volume_discount(breaks opportunity.quantity_breaks, quantity numeric, price_per_unit numeric)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_volume_discount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.volume_discount(opportunity.quantity_breaks, numeric, numeric) IS
'The discount per unit, not rounded, that the band holding the quantity gives: its amount, or its percentage of price_per_unit; 0 where no band holds it. The sign of the quantity makes no difference, so that a return undoes its sale. NULL breaks are no discount; NULL quantity or price gives NULL. A quantity that is NaN is in no band.';
