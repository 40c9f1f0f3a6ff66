-- What the tables do by themselves: prices, totals, the sales process.

CREATE FUNCTION set_updated_at() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION set_updated_at() IS 'Trigger function: updated_at is the time of the transaction that last changed the row.';

CREATE TRIGGER set_updated_at BEFORE UPDATE ON member FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_list FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON process FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Prices a line when it is new, moves to another product or opportunity, or loses
-- its price; afterwards a changed price list leaves it alone. The names below are
-- looked up in the schema of the line's own table, whatever it is renamed to.
CREATE FUNCTION price_line() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item record;
    decimals integer;
BEGIN
    -- local to this function, by the SET above
    PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', TG_TABLE_SCHEMA), true);

    IF TG_OP = 'UPDATE' THEN
        NEW.updated_at := now();
        -- another product at an unchanged price: the price was the old product's
        IF NEW.product_id <> OLD.product_id AND NEW.price_per_unit = OLD.price_per_unit THEN
            NEW.price_per_unit := NULL;
        END IF;
        -- an unchanged amount goes with the percentage that made it
        IF NEW.discount_percent IS NULL AND OLD.discount_percent IS NOT NULL AND NEW.manual_discount = OLD.manual_discount THEN
            NEW.manual_discount := NULL;
        END IF;
        IF NEW.tax_rate IS NULL AND OLD.tax_rate IS NOT NULL AND NEW.tax = OLD.tax THEN
            NEW.tax := NULL;
        END IF;
    END IF;

    IF TG_OP = 'INSERT' OR NEW.price_per_unit IS NULL OR NEW.currency IS NULL
        OR NEW.product_id IS DISTINCT FROM OLD.product_id OR NEW.opportunity_id <> OLD.opportunity_id THEN
        SELECT o.currency, l.name AS list, p.code, p.status, i.amount,
            current_date BETWEEN coalesce(l.valid_from, '-infinity') AND coalesce(l.valid_to, 'infinity') AS is_valid
        INTO item
        FROM opportunity o
            LEFT JOIN price_list l ON l.id = coalesce(o.price_list_id,
                (SELECT d.id FROM price_list d WHERE d.is_default AND d.currency = o.currency))
            LEFT JOIN product p ON p.id = NEW.product_id
            LEFT JOIN price_list_item i ON i.price_list_id = l.id AND i.product_id = p.id
        WHERE o.id = NEW.opportunity_id;
        -- what the foreign keys would say, had the missing price not come first
        IF NOT FOUND THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('opportunity %s does not exist', NEW.opportunity_id),
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'opportunity_id',
                CONSTRAINT = 'opportunity_line_opportunity_id_fkey';
        ELSIF NEW.product_id IS NOT NULL AND item.code IS NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('product %s does not exist', NEW.product_id),
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'product_id',
                CONSTRAINT = 'opportunity_line_product_id_fkey';
        END IF;

        -- another one that was given is for the foreign key to refuse
        NEW.currency := coalesce(NEW.currency, item.currency);
        NEW.catalogue_price := CASE WHEN item.is_valid AND item.status = 'active' THEN item.amount END;
        NEW.price_per_unit := coalesce(NEW.price_per_unit, NEW.catalogue_price);
        IF NEW.price_per_unit IS NULL THEN
            RAISE not_null_violation USING
                MESSAGE = CASE
                    WHEN NEW.product_id IS NULL
                    THEN format('a line of opportunity %s has neither product nor price', NEW.opportunity_id)
                    WHEN item.list IS NULL
                    THEN format('no price for product "%s": opportunity %s has no price list, and there is no default one in %s',
                        item.code, NEW.opportunity_id, item.currency)
                    WHEN item.amount IS NULL
                    THEN format('price list "%s" has no price for product "%s"', item.list, item.code)
                    WHEN NOT item.is_valid
                    THEN format('price list "%s" is not valid on %s: no price for product "%s"',
                        item.list, current_date, item.code)
                    ELSE format('price list "%s" has no price for product "%s", which is %s',
                        item.list, item.code, item.status)
                END,
                HINT = 'Give the line a price_per_unit, add the product to the price list, or let the opportunity''s price_list_id name another one.',
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'price_per_unit';
        END IF;
    END IF;
    NEW.is_price_overridden := NEW.product_id IS NOT NULL AND NEW.price_per_unit IS DISTINCT FROM NEW.catalogue_price;

    IF NEW.quantity <> trunc(NEW.quantity)
        AND EXISTS (SELECT FROM product p WHERE p.id = NEW.product_id AND p.quantity_rule = 'whole') THEN
        RAISE check_violation USING
            MESSAGE = format('quantity %s of product "%s" is not whole', trim_scale(NEW.quantity),
                (SELECT p.code FROM product p WHERE p.id = NEW.product_id)),
            DETAIL = 'The product''s quantity_rule is "whole".',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'quantity',
            CONSTRAINT = 'opportunity_line_quantity_rule';
    END IF;

    IF NEW.line_number IS NULL THEN
        NEW.line_number := 1 + coalesce((SELECT x.line_number FROM opportunity_line x
            WHERE x.opportunity_id = NEW.opportunity_id ORDER BY x.line_number DESC LIMIT 1), 0);
    END IF;

    -- A percentage makes its amount; an amount without one stands as given.
    decimals := opportunity.minor_unit(NEW.currency);
    IF NEW.discount_percent IS NOT NULL THEN
        NEW.manual_discount := opportunity.base_amount(NEW.quantity, NEW.price_per_unit, NEW.volume_discount, decimals)
            - opportunity.line_amount(NEW.quantity, NEW.price_per_unit - coalesce(NEW.volume_discount, 0), NEW.discount_percent,
                decimals);
    ELSE
        NEW.manual_discount := opportunity.round_amount(NEW.manual_discount, decimals);
    END IF;
    IF NEW.tax_rate IS NOT NULL THEN
        NEW.tax := NEW.tax_rate / 100
            * opportunity.net_amount(NEW.quantity, NEW.price_per_unit, NEW.volume_discount, NEW.manual_discount, decimals);
    END IF;
    NEW.tax := opportunity.round_amount(NEW.tax, decimals);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION price_line() IS 'Trigger function: gives a line its price, catalogue price and number, and the amounts of its percentages.';

CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON opportunity_line
    FOR EACH ROW EXECUTE FUNCTION price_line();

-- Totals and gates know their tables by name, as a dump does. The body knows them
-- whatever they are called, and so sets the names right.
CREATE FUNCTION attach_rules() RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT opportunity.attach_totals('opportunity'::regclass, 'detail_amount, tax_amount, line_count',
        'opportunity_line'::regclass, 'opportunity_id', 'net_amount, coalesce(tax, 0), 1', when_empty => 'zero');
    SELECT opportunity.attach_process('opportunity'::regclass, 'stage',
        process_table => 'process'::regclass, process_column => 'process',
        probability_column => 'probability', forecast_category_column => 'forecast_category',
        outcome_column => 'outcome', entered_at_column => 'stage_entered_at', closed_at_column => 'closed_at');
END;
COMMENT ON FUNCTION attach_rules() IS
'Attaches totals and sales process to the opportunities. To be called, as the owner, when the schema was renamed: until then writes to opportunities and lines are errors.';
SELECT attach_rules();

-- attach_process keeps what a statement gives; an outcome other than the stage's
-- would be a lie, so a given one is forgotten before the stage's is filled in.
CREATE FUNCTION forget_outcome() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.outcome := NULL;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION forget_outcome() IS 'Trigger function: the outcome follows from the stage, whatever a statement says.';

CREATE TRIGGER forget_outcome BEFORE INSERT OR UPDATE OF outcome ON opportunity
    FOR EACH ROW WHEN (NEW.outcome IS NOT NULL) EXECUTE FUNCTION forget_outcome();

CREATE FUNCTION complete_opportunity() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decimals integer := opportunity.minor_unit(NEW.currency);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.updated_at := now();
        IF NEW.currency <> OLD.currency AND OLD.line_count > 0 THEN
            RAISE invalid_parameter_value USING
                MESSAGE = format('opportunity %s has lines in %s: its currency cannot become %s', OLD.id, OLD.currency, NEW.currency),
                HINT = 'Take the lines out first, or make a new opportunity.',
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'currency';
        END IF;
        IF OLD.outcome = 'open' AND NEW.outcome <> 'open' THEN
            NEW.last_open_stage := OLD.stage;
        ELSIF OLD.outcome <> 'open' AND NEW.outcome = 'open' THEN
            NEW.actual_value := NULL;
            NEW.lost_reason := NULL;
            NEW.winning_competitor_id := NULL;
        END IF;
    END IF;
    IF NEW.outcome = 'open' THEN
        NEW.closed_at := NULL;
    ELSIF NEW.outcome = 'won' AND NEW.actual_value IS NULL THEN
        -- as estimated_value, which is generated only after this trigger
        NEW.actual_value := CASE WHEN NEW.is_revenue_system_calculated AND NEW.line_count > 0
            THEN opportunity.opportunity_total(NEW.detail_amount, NEW.discount_percent, NEW.discount_amount,
                NEW.freight_amount, NEW.tax_amount, decimals)
            ELSE NEW.user_estimated_value END;
    END IF;
    -- two decimals are what the columns round to by themselves
    IF decimals < 2 THEN
        NEW.budget_amount := opportunity.round_amount(NEW.budget_amount, decimals);
        NEW.discount_amount := opportunity.round_amount(NEW.discount_amount, decimals);
        NEW.freight_amount := opportunity.round_amount(NEW.freight_amount, decimals);
        NEW.user_estimated_value := opportunity.round_amount(NEW.user_estimated_value, decimals);
        NEW.actual_value := opportunity.round_amount(NEW.actual_value, decimals);
    END IF;
    IF NEW.score_source = 'stage' THEN
        -- NaN is above 100, too; the CHECK of probability refuses both
        NEW.score := round(least(NEW.probability, 100));
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION complete_opportunity() IS 'Trigger function: score from the stage''s probability, actual_value of a won deal, what closing and reopening leave; rounds amounts, keeps the currency of lines.';

-- Named to fire after the trigger of attach_process that fills probability and outcome.
CREATE TRIGGER zzz_complete_opportunity BEFORE INSERT OR UPDATE ON opportunity
    FOR EACH ROW EXECUTE FUNCTION complete_opportunity();
