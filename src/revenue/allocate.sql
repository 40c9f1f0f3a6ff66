-- Splitting an amount by weights.
CREATE FUNCTION opportunity.allocate(amount numeric, weights numeric[], scale integer DEFAULT 2)
RETURNS numeric[]
AS 'MODULE_PATHNAME', 'opp_allocate'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.allocate(numeric, numeric[], integer) IS
'The amount split by weights into shares of scale digits after the point that add up to it exactly: each share is cut off toward zero, and the units left over go one each to the shares that lost most, to the earlier one of equals; a negative amount is split as its magnitude. Any NULL argument gives NULL. weights: finite, zero or more, one dimension; negative, NaN, infinite, none or all zero: 22023, a NULL among them: 22004. An amount with digits beyond scale is an error (22023), NaN and the infinities are (22003). scale: -20 to 20, else 22003.';
