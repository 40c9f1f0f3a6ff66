-- Line items. A missing discount is no discount, so none of these is STRICT.
CREATE FUNCTION opportunity.line_amount(quantity numeric, unit_price numeric, discount_percent numeric DEFAULT 0, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_line_amount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.line_amount(numeric, numeric, numeric, integer) IS
'quantity * unit_price less discount_percent, rounded once, half away from zero, to scale digits after the point. discount_percent: 0 to 100, else 22003; NULL is none. NULL quantity, price or scale gives NULL. scale: -20 to 20, else 22003.';

CREATE FUNCTION opportunity.base_amount(quantity numeric, price_per_unit numeric, volume_discount numeric DEFAULT 0, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_base_amount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.base_amount(numeric, numeric, numeric, integer) IS
'(price_per_unit - volume_discount) * quantity, rounded half away from zero to scale digits after the point. volume_discount: amount per unit; NULL is none. NULL quantity, price or scale gives NULL. scale: -20 to 20, else 22003.';

CREATE FUNCTION opportunity.net_amount(quantity numeric, price_per_unit numeric, volume_discount numeric DEFAULT 0, manual_discount numeric DEFAULT 0, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_net_amount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.net_amount(numeric, numeric, numeric, numeric, integer) IS
'(price_per_unit - volume_discount) * quantity - manual_discount, rounded once, half away from zero, to scale digits after the point: what a line is worth without tax, and what totals add. It is base_amount - manual_discount to the last digit when the discount has no more decimals than scale and is less than a positive base amount. manual_discount: amount for the whole line; NULL discounts are none. NULL quantity, price or scale gives NULL. scale: -20 to 20, else 22003.';

CREATE FUNCTION opportunity.extended_amount(quantity numeric, price_per_unit numeric, volume_discount numeric DEFAULT 0, manual_discount numeric DEFAULT 0, tax numeric DEFAULT 0, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_extended_amount'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.extended_amount(numeric, numeric, numeric, numeric, numeric, integer) IS
'(price_per_unit - volume_discount) * quantity - manual_discount + tax, rounded once, half away from zero, to scale digits after the point: what a line is worth with tax. It is net_amount + tax to the last digit when the tax has no more decimals than scale and neither is negative. tax: amount for the whole line; NULL discounts and tax are none. NULL quantity, price or scale gives NULL. scale: -20 to 20, else 22003.';

CREATE FUNCTION opportunity.opportunity_total(detail numeric, discount_percent numeric DEFAULT 0, discount_amount numeric DEFAULT 0, freight numeric DEFAULT 0, tax numeric DEFAULT 0, scale integer DEFAULT 2)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_opportunity_total'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.opportunity_total(numeric, numeric, numeric, numeric, numeric, integer) IS
'detail (the sum of the lines'' net amounts) - the discount of discount_percent of it, rounded - discount_amount + freight + tax, rounded half away from zero to scale digits after the point. The header''s discounts do not change the tax. discount_percent: 0 to 100, else 22003; NULL discounts, freight and tax are none. NULL detail or scale gives NULL. scale: -20 to 20, else 22003.';

CREATE FUNCTION opportunity.manual_discount(quantity numeric, discount numeric, basis text DEFAULT 'unit')
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_manual_discount'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.manual_discount(numeric, numeric, text) IS
'A manual discount as net_amount takes it, for the whole line, not rounded. basis: unit (the discount is per unit: quantity * discount) or line (it is for the line already); another word is an error (22023). Any NULL gives NULL, which net_amount takes as no discount.';
