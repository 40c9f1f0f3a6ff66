-- Lines that are priced: INSERT into the workspace's lines with the trigger in C, and
-- with one in PL/pgSQL that does the same for the plainest case (default price list,
-- currency amount, no discounts, no tax); what it all costs without a price is the floor.
SELECT opportunity.create_workspace('crm', 'EUR');
SET search_path = crm, public;
INSERT INTO product (code, name) SELECT 'P' || i, 'Product ' || i FROM generate_series(1, 200) i;
INSERT INTO price_list_item (price_list_id, product_id, amount) SELECT 1, i, 10 + i FROM generate_series(1, 200) i;
SELECT new_opportunity('Deal ' || i, NULL) FROM generate_series(1, 1000) i;
CREATE TABLE priced AS
SELECT 1 + (i * 37) % 1000 AS opportunity_id, 1 + (i * 7919) % 200 AS product_id, (1 + i % 9)::numeric AS quantity
FROM generate_series(1, (5000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) priced, product, price_list, price_list_item, opportunity;

-- The trigger alone is compared: totals and foreign keys cost both the same, and are left out.
CREATE TABLE line_c (LIKE opportunity_line INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY);
CREATE TABLE line_plpgsql (LIKE line_c INCLUDING ALL);
CREATE TABLE line_none (LIKE line_c INCLUDING ALL);
CREATE INDEX ON line_c (opportunity_id, line_number);
CREATE INDEX ON line_plpgsql (opportunity_id, line_number);
CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON line_c FOR EACH ROW EXECUTE FUNCTION opportunity.price_line();

CREATE FUNCTION price_in_plpgsql() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    item record;
BEGIN
    SELECT o.currency, o.outcome, l.name, p.code, p.status, p.quantity_rule, p.unit_id, i.amount INTO item
    FROM opportunity o
        LEFT JOIN price_list l ON l.id = coalesce(o.price_list_id, (SELECT d.id FROM price_list d WHERE d.is_default AND d.currency = o.currency
            AND current_date BETWEEN coalesce(d.valid_from, '-infinity') AND coalesce(d.valid_to, 'infinity')))
        LEFT JOIN product p ON p.id = NEW.product_id
        LEFT JOIN unit u ON u.id = coalesce(NEW.unit_id, p.unit_id)
        LEFT JOIN price_list_item i ON i.price_list_id = l.id AND i.product_id = p.id AND i.unit_id IS NOT DISTINCT FROM u.id
        LEFT JOIN discount_list d ON d.id = i.discount_list_id
        LEFT JOIN discount_band b ON b.discount_list_id = d.id AND b.from_quantity <= NEW.quantity AND (b.to_quantity > NEW.quantity OR b.to_quantity IS NULL)
    WHERE o.id = NEW.opportunity_id;
    IF item.outcome <> 'open' OR item.status <> 'active' OR item.amount IS NULL
        OR (item.quantity_rule = 'whole' AND NEW.quantity <> trunc(NEW.quantity)) THEN
        RAISE EXCEPTION 'no price for product "%"', item.code;
    END IF;
    NEW.currency := coalesce(NEW.currency, item.currency);
    NEW.unit_id := coalesce(NEW.unit_id, item.unit_id);
    NEW.catalogue_price := item.amount;
    NEW.price_per_unit := coalesce(NEW.price_per_unit, item.amount);
    NEW.is_price_overridden := NEW.price_per_unit <> NEW.catalogue_price;
    IF NEW.line_number IS NULL THEN
        NEW.line_number := 1 + coalesce((SELECT max(x.line_number) FROM line_plpgsql x WHERE x.opportunity_id = NEW.opportunity_id), 0);
    END IF;
    NEW.manual_discount := CASE WHEN NEW.discount_percent IS NOT NULL
        THEN round(NEW.quantity * NEW.price_per_unit * NEW.discount_percent / 100, opportunity.minor_unit(NEW.currency)) ELSE NEW.manual_discount END;
    NEW.tax := CASE WHEN NEW.tax_rate IS NOT NULL
        THEN round((NEW.quantity * NEW.price_per_unit - coalesce(NEW.manual_discount, 0)) * NEW.tax_rate / 100, opportunity.minor_unit(NEW.currency)) ELSE NEW.tax END;
    RETURN NEW;
END
$$;
CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON line_plpgsql FOR EACH ROW EXECUTE FUNCTION price_in_plpgsql();

SELECT bench.variant('price a line', 'price_line', $$INSERT INTO crm.line_c (opportunity_id, product_id, quantity) SELECT * FROM crm.priced$$,
    prepare => 'TRUNCATE crm.line_c', verify => 'SELECT sum(net_amount) FROM crm.line_c');
SELECT bench.variant('price a line', 'PL/pgSQL', $$INSERT INTO crm.line_plpgsql (opportunity_id, product_id, quantity) SELECT * FROM crm.priced$$,
    prepare => 'TRUNCATE crm.line_plpgsql', verify => 'SELECT sum(net_amount) FROM crm.line_plpgsql');
SELECT bench.variant('price a line', 'no trigger',
    $$INSERT INTO crm.line_none (opportunity_id, product_id, quantity, currency, line_number, price_per_unit)
        SELECT *, 'EUR', 1, 10 + product_id FROM crm.priced$$,
    prepare => 'TRUNCATE crm.line_none', verify => 'SELECT sum(net_amount) FROM crm.line_none', is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'price a line', count(*)) FROM priced \gexec
