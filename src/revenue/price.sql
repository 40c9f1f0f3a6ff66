-- The price of a price list item.
CREATE FUNCTION opportunity.list_price(method text, amount numeric DEFAULT NULL, percentage numeric DEFAULT NULL, list_price numeric DEFAULT NULL, standard_cost numeric DEFAULT NULL, current_cost numeric DEFAULT NULL)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_list_price'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.list_price(text, numeric, numeric, numeric, numeric, numeric) IS
'The price of a price list item, not rounded. method: currency_amount (amount), percent_of_list (list_price * percentage / 100, up to 1000000000), markup_current_cost and markup_standard_cost (cost * (1 + percentage / 100), below 100000), margin_current_cost and margin_standard_cost (cost / (1 - percentage / 100), below 100; to at least 16 significant digits). A NULL the method needs: 22004, a percentage outside its range, NaN or an infinite number: 22003, another method: 22023, each with the number Dynamics 365 gives that error. What the method does not need is not looked at.';

CREATE FUNCTION opportunity.round_price(price numeric, policy text, option text, amount numeric)
RETURNS numeric
AS 'MODULE_PATHNAME', 'opp_round_price'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.round_price(numeric, text, text, numeric) IS
'The price rounded as price lists do. policy: none (or NULL: the price as it is), up, down, nearest (up from the middle). option: ends_in (0.99 is every ...0.99, 9 every ...9, 9.99 every ...9.99; amount 0 to 10^14) or multiple_of (amount above 0). A price that is zero or above is not rounded below zero, so the first price that ends so stands for all lower ones; a negative price is rounded among the same prices with a minus. NULL price gives NULL, NaN and the infinities stay; a NULL option or amount that is needed: 22004, an unknown word: 22023, an amount out of range: 22003, each with the number Dynamics 365 gives that error.';
