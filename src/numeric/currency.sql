-- Currencies.
CREATE FUNCTION opportunity.currencies(OUT code text, OUT number integer, OUT name text, OUT minor_unit integer, OUT is_current boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'opp_currencies'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 181;
COMMENT ON FUNCTION opportunity.currencies() IS
'The currencies of ISO 4217: three-letter code, numeric code (two codes may share one: ANG and its successor XCG), name, decimals of an amount (minor_unit; NULL where there is none, as for gold), and whether ISO still lists it. The table only grows: a minor unit never changes.';

CREATE FUNCTION opportunity.minor_unit(currency text)
RETURNS integer
AS 'MODULE_PATHNAME', 'opp_minor_unit'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.minor_unit(text) IS
'Decimals of an amount in that currency of ISO 4217 (2 for EUR, 0 for JPY), the scale to round to; NULL for codes without minor unit (XAU, XXX ...) and for NULL. Upper or lower case; an unknown code is an error (22023).';
