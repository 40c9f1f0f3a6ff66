-- What CHECK constraints ask of stored amounts.
CREATE SCHEMA pricing_stored;
SET search_path = pricing_stored, opportunity;

-- The decimals of the currency, or fewer; NULL amounts fit, NaN and infinity do not.
SELECT currency, amounts, fits_currency(currency, VARIADIC amounts)
FROM (VALUES ('EUR', '{1,1.10,1.100,NULL}'::numeric[]), ('eur', '{1.001}'), ('JPY', '{7.00}'), ('JPY', '{1,0.5}'), ('KWD', '{0.001}'), ('KWD', '{0.0005}'),
    ('EUR', '{}'), ('EUR', '{NaN}'), ('EUR', '{123456789012345678901234567890.12,-0.01}'), ('XAU', '{1}'), ('???', '{1}'), (NULL, '{1}')) AS v (currency, amounts);
SELECT fits_currency('EUR', 1, 2.5), fits_currency('EUR', 1.005), fits_currency('EUR', NULL::numeric) AS of_null,
    fits_currency('EUR', VARIADIC NULL) AS of_nothing;

-- A line: 3 x (10.50 - 0.25) = 30.75, less 10 % 27.675, so 27.68 and a discount of 3.07; 20 % of 27.68 is 5.54.
CREATE TABLE line (what text, currency text DEFAULT 'EUR', quantity numeric DEFAULT 3, price numeric DEFAULT 10.50, volume numeric DEFAULT 0.25, percent numeric DEFAULT 10,
    manual numeric DEFAULT 3.07, per_unit boolean DEFAULT false, rounding text DEFAULT 'line', rate numeric DEFAULT 20, included boolean DEFAULT false,
    tax numeric DEFAULT 5.54, base numeric DEFAULT 30.75, net numeric DEFAULT 27.68, extended numeric DEFAULT 33.22);
INSERT INTO line (what) VALUES ('right');
INSERT INTO line (what, included, tax, net, extended) VALUES ('included: 27.68 x 20 / 120', true, 4.61, 23.07, 27.68), ('included, net not', true, 4.61, 27.68, 27.68);
INSERT INTO line (what, base) VALUES ('base', 30.74), ('no base', NULL);
INSERT INTO line (what, net) VALUES ('net', 27.67), ('NaN', 'NaN');
INSERT INTO line (what, extended) VALUES ('extended', 33);
INSERT INTO line (what, tax, extended) VALUES ('tax not of its rate', 6, 33.68);
INSERT INTO line (what, tax, rate, extended) VALUES ('tax of no rate', 6, NULL, 33.68), ('tax with three decimals', 6.001, NULL, 33.681);
INSERT INTO line (what, manual, net, tax, extended) VALUES ('discount not of its percentage', 3, 27.75, 5.55, 33.30);
INSERT INTO line (what, quantity) VALUES ('no quantity, yet amounts', NULL);
INSERT INTO line (what, price, base, net, extended) VALUES ('no price, no amounts', NULL, NULL, NULL, NULL);
INSERT INTO line (what, currency, manual, tax, base, net, extended) VALUES ('yen', 'JPY', 3, 6, 31, 28, 34), ('yen with cents', 'JPY', 3.07, 5.54, 30.75, 27.68, 33.22);
SELECT what, line_amounts_agree(currency, quantity, price, volume, percent, manual, per_unit, rounding, rate, included, tax, base, net, extended) AS agrees FROM line;

-- An opportunity: prices of 120.03 that contain 20.005.
SELECT detail, tax, line_totals_agree('EUR', 100.025, 20.005, 20.005, detail, tax)
FROM (VALUES (100.02, 20.01), (100.03, 20.00), (100.03, 20.01), (100.02, NULL)) AS v (detail, tax);
-- Without taxes within prices each sum is rounded by itself.
SELECT line_totals_agree('EUR', 100.025, 20.005, 0, 100.03, 20.01), line_totals_agree('JPY', 100.5, 20.4, 0, 101, 20),
    line_totals_agree('XAU', 100.025, 20.005, 0, 100.03, 20.01) AS gold;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA pricing_stored CASCADE;
