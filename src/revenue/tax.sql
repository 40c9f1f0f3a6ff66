-- Tax.
CREATE FUNCTION opportunity.tax_amount(amount numeric, rate numeric, included boolean DEFAULT false, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_tax_amount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.tax_amount(numeric, numeric, boolean, integer) IS
'The tax on a net amount, amount * rate / 100, or with included the tax within a gross one, amount * rate / (100 + rate), so that amount - tax_amount is net; rounded once, half away from zero, to scale digits after the point. rate: percent, 0 to 100, else 22003; NULL is none. NULL amount, included or scale gives NULL. scale: -20 to 20, else 22003.';
