-- The trigger that prices lines, and the way it went.
CREATE FUNCTION opportunity.price_line() RETURNS trigger
AS 'MODULE_PATHNAME', 'opp_price_line'
LANGUAGE C;
COMMENT ON FUNCTION opportunity.price_line() IS
'Trigger function, BEFORE INSERT OR UPDATE FOR EACH ROW on a table of lines: fills price_per_unit, catalogue_price, is_price_overridden, unit_id, currency, line_number, volume_discount, manual_discount, tax, base_amount, net_amount and extended_amount, those of them that the table has and does not generate. Prices come from the tables or views opportunity, product, unit, price_list, price_list_item, discount_list, discount_band and the function base_currency() in the schema of the lines, read with the rights of whoever writes the line. Arguments: ''tables=schema'' for another schema, ''quantity=qty'' for a column of another name. No price: 23502; a product that is not active, a quantity that is not whole, an unusable unit or discount list: 23514; a closed opportunity: 23514, constraint opportunity_closed; another value for a computed column: 428C9.';

CREATE FUNCTION opportunity.keep_closed_lines() RETURNS trigger
AS 'MODULE_PATHNAME', 'opp_keep_closed_lines'
LANGUAGE C;
COMMENT ON FUNCTION opportunity.keep_closed_lines() IS
'Trigger function, AFTER UPDATE REFERENCING NEW TABLE FOR EACH STATEMENT on a table of lines, with the arguments of price_line: refuses (23514, constraint opportunity_closed) updates of lines whose opportunity has another outcome than open. It locks the opportunities in the order of their keys and reads them as the owner of the lines, so that neither a session that closes one at the same time nor row-level security lets a change through. Lines that come, go or move are refused by whoever keeps totals of them.';

CREATE FUNCTION opportunity.explain_price(line record, OUT step integer, OUT subject text, OUT finding text, OUT amount numeric)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'opp_explain_price'
LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION opportunity.explain_price(record) IS
'How the trigger price_line prices the line, a row of a table that has the trigger, if it were to be priced now: price list and why that one, product and unit, method, its inputs, rounding, the band of the quantity, discounts, tax and amounts, a row each with its number. What stands in the way of a price is a row, too; its amount is the number of the pricing error in Dynamics 365.';

CREATE FUNCTION opportunity.line_amounts_agree(currency text, quantity numeric, price_per_unit numeric, volume_discount numeric,
    discount_percent numeric, manual_discount numeric, discount_is_per_unit boolean, rounding text,
    tax_rate numeric, tax_is_included boolean, tax numeric,
    base_amount numeric, net_amount numeric, extended_amount numeric)
RETURNS boolean
AS 'MODULE_PATHNAME', 'opp_line_amounts_agree'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.line_amounts_agree(text, numeric, numeric, numeric, numeric, numeric, boolean, text, numeric, boolean, numeric, numeric, numeric, numeric) IS
'Whether base_amount, net_amount and extended_amount are what the trigger price_line computes of the other columns, manual_discount and tax what it makes of discount_percent and tax_rate, and both have the decimals of the currency: for a CHECK on a table of lines, which holds where the trigger does not fire. NULL quantity or price: whether the three are NULL. NULL discounts, rate and tax are none; NULL currency, or one without decimals of its own, has two.';

CREATE FUNCTION opportunity.line_totals_agree(currency text, lines_net numeric, lines_tax numeric, lines_tax_included numeric,
    detail_amount numeric, tax_amount numeric)
RETURNS boolean
AS 'MODULE_PATHNAME', 'opp_line_totals_agree'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.line_totals_agree(text, numeric, numeric, numeric, numeric, numeric) IS
'Whether detail_amount and tax_amount are the sums of lines, rounded to the currency so that prices which contain their tax add up: detail_amount is lines_net + lines_tax_included, rounded, less lines_tax_included, rounded; tax_amount is the latter plus lines_tax - lines_tax_included, rounded. Any NULL, or a currency without decimals of its own, gives NULL.';

CREATE FUNCTION opportunity.fits_currency(currency text, VARIADIC amounts numeric[])
RETURNS boolean
AS 'MODULE_PATHNAME', 'opp_fits_currency'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.fits_currency(text, numeric[]) IS
'Whether every amount is a number with no more decimals than ISO 4217 gives the currency: for a CHECK. NULL amounts fit, NaN does not. An unknown currency, or one without decimals of its own such as gold, gives NULL, as any NULL argument does.';
