-- An amount in installments.
CREATE FUNCTION opportunity.installments(amount numeric, count integer, first_date date, every interval, mode text DEFAULT 'divide', scale integer DEFAULT 2)
RETURNS TABLE (n integer, due date, amount numeric)
AS 'MODULE_PATHNAME', 'opp_installments'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;
COMMENT ON FUNCTION opportunity.installments(numeric, integer, date, interval, text, integer) IS
'The amount in count (1 to 100000, else 22023) installments, the first due on first_date, the others every so many days, weeks, months or years after it: each date is counted from first_date, so what begins on the 31st is due on the last day of shorter months. mode: divide splits the amount into equal installments of scale digits after the point that add up to it exactly, the first ones a unit larger where it does not divide; repeat has each installment be the whole amount. An amount with digits beyond scale, another mode, a period that is not above zero or has a time of day: 22023; NaN, infinite amounts and a scale outside -20 to 20: 22003; dates out of range: 22008. Any NULL gives no rows.';
