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
CREATE TRIGGER set_updated_at BEFORE UPDATE ON quota FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_list FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON process FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON price_list_item FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON discount_list FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON opportunity_line FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON opportunity_split FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Trigger functions that read tables find them in the schema of the table that has
-- the trigger, whatever it is renamed to: they are bound to no name.

CREATE FUNCTION fill_unit() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('SELECT p.unit_id FROM %I.product p WHERE p.id = $1', TG_TABLE_SCHEMA) INTO NEW.unit_id USING NEW.product_id;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION fill_unit() IS 'Trigger function: a price that names no unit is of the product''s own.';

CREATE TRIGGER fill_unit BEFORE INSERT OR UPDATE ON price_list_item
    FOR EACH ROW WHEN (NEW.unit_id IS NULL) EXECUTE FUNCTION fill_unit();

CREATE FUNCTION check_bundle_item() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bundle record;
    member record;
BEGIN
    EXECUTE format('SELECT p.code, p.kind FROM %I.product p WHERE p.id = $1', TG_TABLE_SCHEMA) INTO bundle USING NEW.bundle_id;
    EXECUTE format('SELECT p.code, p.kind FROM %I.product p WHERE p.id = $1', TG_TABLE_SCHEMA) INTO member USING NEW.product_id;
    IF bundle.kind <> 'bundle' OR member.kind = 'bundle' THEN
        RAISE check_violation USING
            MESSAGE = CASE WHEN bundle.kind <> 'bundle' THEN format('product "%s" is no bundle', bundle.code)
                ELSE format('bundle "%s" cannot be in bundle "%s"', member.code, bundle.code) END,
            HINT = 'A bundle is a product of the kind "bundle"; what is in it is not.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'bundle_item_kinds';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION check_bundle_item() IS 'Trigger function: bundles hold products and services, not bundles.';

CREATE TRIGGER check_bundle_item BEFORE INSERT OR UPDATE ON bundle_item
    FOR EACH ROW EXECUTE FUNCTION check_bundle_item();

-- An opportunity that is converted takes the currency of its lines along; their
-- prices are converted on the way. It fires before price_line, which rounds.
CREATE FUNCTION convert_line() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    factor numeric;
BEGIN
    EXECUTE format('SELECT %1$I.rate_on($1) / %1$I.rate_on($2)', TG_TABLE_SCHEMA) INTO factor USING NEW.currency, OLD.currency;
    IF factor IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a line of opportunity %s cannot be converted: no exchange rate from %s to %s is known',
                NEW.opportunity_id, OLD.currency, NEW.currency),
            HINT = 'The currency of a line is that of its opportunity.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'currency';
    END IF;
    NEW.price_per_unit := NEW.price_per_unit * factor;
    NEW.catalogue_price := NEW.catalogue_price * factor;
    NEW.volume_discount := NEW.volume_discount * factor;
    NEW.manual_discount := NEW.manual_discount * factor;
    NEW.tax := NEW.tax * factor;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION convert_line() IS 'Trigger function: a line whose currency changes with its opportunity''s has its amounts converted at the rates of the day.';

CREATE TRIGGER convert_line BEFORE UPDATE OF currency ON opportunity_line
    FOR EACH ROW WHEN (NEW.currency <> OLD.currency) EXECUTE FUNCTION convert_line();

CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON opportunity_line
    FOR EACH ROW EXECUTE FUNCTION opportunity.price_line();
CREATE TRIGGER keep_closed_lines AFTER UPDATE ON opportunity_line
    REFERENCING NEW TABLE AS updated FOR EACH STATEMENT EXECUTE FUNCTION opportunity.keep_closed_lines();

-- A history's triggers name their tables, too; what is renamed may have left its name
-- to another, whose history is not to be touched: these go by the table's own triggers.
CREATE FUNCTION forget_history(target regclass, history regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT t.tgrelid::regclass AS relation, t.tgname FROM pg_trigger t
        WHERE t.tgrelid IN (target, history)
            AND t.tgfoid IN ('opportunity.log_changes()'::regprocedure, 'opportunity.guard_history()'::regprocedure)
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, each.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION forget_history(regclass, regclass) IS 'Drops the triggers that keep a table''s history, which stays. attach_rules calls it.';

-- Totals and gates know their tables by name, as a dump does. The body knows them
-- whatever they are called, and so sets the names right.
CREATE FUNCTION attach_rules() RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    -- Lines that are rounded on the document only are added up to ten decimals. Amounts of a
    -- known scale let the sums follow by the difference that a statement makes.
    SELECT opportunity.attach_totals('opportunity'::regclass, 'lines_net, lines_tax, lines_tax_included, line_count',
        'opportunity_line'::regclass, 'opportunity_id',
        format('CASE WHEN rounding = ''document'' THEN %1$s - CASE WHEN tax_is_included THEN %2$s ELSE 0 END'
            ' ELSE round(net_amount, 4) END, %2$s, CASE WHEN tax_is_included THEN %2$s ELSE 0 END, 1', gross.amount,
            format('CASE WHEN rounding = ''document'' AND tax_rate IS NOT NULL'
                ' THEN round(%s * tax_rate / CASE WHEN tax_is_included THEN 100 + tax_rate ELSE 100 END, 10)'
                ' ELSE round(coalesce(tax, 0), 4) END', gross.amount)),
        when_empty => 'zero')
    FROM (VALUES ('opportunity.net_amount(quantity, price_per_unit,'
            ' coalesce(volume_discount, 0) + CASE WHEN discount_is_per_unit THEN coalesce(manual_discount, 0) ELSE 0 END,'
            ' CASE WHEN discount_is_per_unit THEN 0 ELSE coalesce(manual_discount, 0) END, 10)')) AS gross (amount);
    SELECT opportunity.attach_totals('opportunity'::regclass, 'split_percent, split_count',
        'opportunity_split'::regclass, 'opportunity_id', 'CASE kind WHEN ''revenue'' THEN percent ELSE 0 END, 1', when_empty => 'zero');
    SELECT opportunity.attach_process('opportunity'::regclass, 'stage',
        process_table => 'process'::regclass, process_column => 'process',
        probability_column => 'probability', forecast_category_column => 'forecast_category',
        outcome_column => 'outcome', entered_at_column => 'stage_entered_at', closed_at_column => 'closed_at',
        rule_table => 'process_rule'::regclass, rule_process => 'process_id', rule_process_key => 'id');
    SELECT forget_history('opportunity'::regclass, 'opportunity_history'::regclass);
    SELECT opportunity.attach_history('opportunity'::regclass, 'opportunity_history'::regclass::text,
        'name, account_id, owner_id, process, stage, outcome, probability, forecast_category, currency, estimated_value, actual_value, estimated_close');
END;
COMMENT ON FUNCTION attach_rules() IS
'Attaches totals, sales process and history to the opportunities. To be called, as the owner, when the schema was renamed: until then writes to opportunities and lines are errors.';
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
    -- a currency without amounts is for the table's CHECK to refuse
    decimals integer := coalesce(opportunity.minor_unit(NEW.currency), 0);
    included numeric := round(NEW.lines_tax_included, decimals);
    detail numeric := round(NEW.lines_net + NEW.lines_tax_included, decimals) - included;
    tax numeric := round(NEW.lines_tax - NEW.lines_tax_included, decimals) + included;
    factor numeric;
    places integer;
BEGIN
    IF decimals > 2 THEN
        EXECUTE format('SELECT %I.amount_decimals()', TG_TABLE_SCHEMA) INTO places;
        IF decimals > places THEN
            RAISE check_violation USING
                MESSAGE = format('amounts in %s have %s decimals, those of this workspace %s', NEW.currency, decimals, places),
                HINT = format('Make a workspace that has them: SELECT opportunity.create_workspace(..., amount_decimals => %s);', decimals),
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'currency', CONSTRAINT = 'opportunity_currency_fits_amounts';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.detail_amount IS DISTINCT FROM OLD.detail_amount AND NEW.detail_amount IS DISTINCT FROM detail)
            OR (NEW.tax_amount IS DISTINCT FROM OLD.tax_amount AND NEW.tax_amount IS DISTINCT FROM tax) THEN
            RAISE check_violation USING
                MESSAGE = CASE WHEN NEW.detail_amount IS DISTINCT FROM OLD.detail_amount
                    THEN format('detail_amount of opportunity %s is the total of its lines and cannot be set to %s', OLD.id, coalesce(NEW.detail_amount::text, 'null'))
                    ELSE format('tax_amount of opportunity %s is the total of its lines and cannot be set to %s', OLD.id, coalesce(NEW.tax_amount::text, 'null')) END,
                DETAIL = format('The lines add up to %s, their taxes to %s.', detail, tax),
                HINT = 'Change the lines, or leave the column out; an estimate of one''s own is user_estimated_value.',
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                COLUMN = CASE WHEN NEW.detail_amount IS DISTINCT FROM OLD.detail_amount THEN 'detail_amount' ELSE 'tax_amount' END,
                CONSTRAINT = 'opportunity_totals_are_of_lines';
        END IF;
        NEW.updated_at := now();
        IF NEW.currency <> OLD.currency THEN
            IF OLD.line_count > 0 AND current_setting('workspace.convert', true) IS DISTINCT FROM OLD.id::text THEN
                RAISE invalid_parameter_value USING
                    MESSAGE = format('opportunity %s has lines in %s: its currency cannot become %s', OLD.id, OLD.currency, NEW.currency),
                    HINT = format('To convert it at the rates of the day: SELECT %I.convert_opportunity(%s, %L);',
                        TG_TABLE_SCHEMA, OLD.id, NEW.currency),
                    SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'currency';
            END IF;
            -- a request and no permission: whoever sets it gets a conversion, never another label
            IF current_setting('workspace.convert', true) = OLD.id::text THEN
                EXECUTE format('SELECT %1$I.rate_on($1) / %1$I.rate_on($2)', TG_TABLE_SCHEMA) INTO factor USING NEW.currency, OLD.currency;
                IF factor IS NULL THEN
                    RAISE invalid_parameter_value USING
                        MESSAGE = format('opportunity %s cannot be converted: no exchange rate from %s to %s is known', OLD.id, OLD.currency, NEW.currency),
                        HINT = 'Insert it into the table exchange_rate first.',
                        SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'currency';
                END IF;
                NEW.price_list_id := NULL;
                NEW.budget_amount := OLD.budget_amount * factor;
                NEW.discount_amount := OLD.discount_amount * factor;
                NEW.freight_amount := OLD.freight_amount * factor;
                NEW.user_estimated_value := OLD.user_estimated_value * factor;
                NEW.actual_value := OLD.actual_value * factor;
            END IF;
            IF NEW.exchange_rate IS NOT DISTINCT FROM OLD.exchange_rate THEN
                NEW.exchange_rate := NULL;
            END IF;
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
            THEN opportunity.opportunity_total(detail, NEW.discount_percent, NEW.discount_amount,
                NEW.freight_amount, tax, decimals)
            ELSE NEW.user_estimated_value END;
    END IF;
    NEW.detail_amount := detail;
    NEW.tax_amount := tax;
    NEW.budget_amount := opportunity.round_amount(NEW.budget_amount, decimals);
    NEW.discount_amount := opportunity.round_amount(NEW.discount_amount, decimals);
    NEW.freight_amount := opportunity.round_amount(NEW.freight_amount, decimals);
    NEW.user_estimated_value := opportunity.round_amount(NEW.user_estimated_value, decimals);
    NEW.actual_value := opportunity.round_amount(NEW.actual_value, decimals);
    -- a rate at_save stays; a frozen one does once the deal is closed
    IF NEW.exchange_rate IS NULL OR (NEW.exchange_policy <> 'at_save'
        AND NOT (TG_OP = 'UPDATE' AND NEW.exchange_policy = 'frozen_at_close' AND OLD.outcome <> 'open' AND NEW.outcome <> 'open')) THEN
        EXECUTE format('SELECT %I.rate_on($1, opportunity.exchange_date($2, $3, $4, $5))', TG_TABLE_SCHEMA) INTO NEW.exchange_rate
        USING NEW.currency, NEW.exchange_policy, current_date, NEW.estimated_close, NEW.closed_at::date;
    END IF;
    IF NEW.score_source = 'stage' THEN
        -- NaN is above 100, too; the CHECK of probability refuses both
        NEW.score := round(least(NEW.probability, 100));
    END IF;
    -- What is settled when a deal is closed: changed, it would not be the deal that was
    -- closed. Totals of lines are among it, so that a line cannot change either, however
    -- it is written: the totals are kept under the row's lock, after whoever closes it.
    -- A WHEN of the trigger would be read anew in every statement; this is kept.
    IF TG_OP = 'UPDATE' AND OLD.outcome <> 'open' AND NEW.outcome <> 'open' AND
        (OLD.line_count IS DISTINCT FROM NEW.line_count
        OR OLD.lines_net IS DISTINCT FROM NEW.lines_net
        OR OLD.lines_tax IS DISTINCT FROM NEW.lines_tax
        OR OLD.lines_tax_included IS DISTINCT FROM NEW.lines_tax_included
        OR OLD.currency IS DISTINCT FROM NEW.currency
        OR OLD.price_list_id IS DISTINCT FROM NEW.price_list_id
        OR OLD.discount_percent IS DISTINCT FROM NEW.discount_percent
        OR OLD.discount_amount IS DISTINCT FROM NEW.discount_amount
        OR OLD.freight_amount IS DISTINCT FROM NEW.freight_amount
        OR OLD.is_revenue_system_calculated IS DISTINCT FROM NEW.is_revenue_system_calculated
        OR OLD.user_estimated_value IS DISTINCT FROM NEW.user_estimated_value
        OR OLD.actual_value IS DISTINCT FROM NEW.actual_value
        OR OLD.exchange_policy IS DISTINCT FROM NEW.exchange_policy
        -- one that was not known may become known
        OR (OLD.exchange_rate IS NOT NULL AND OLD.exchange_rate IS DISTINCT FROM NEW.exchange_rate
            AND NEW.exchange_policy IN ('at_save', 'frozen_at_close'))) THEN
        RAISE check_violation USING
            MESSAGE = format('opportunity %s is %s: its lines and amounts cannot be changed', OLD.id, OLD.outcome),
            HINT = format('Reopen it first: SELECT %I.reopen(%s);', TG_TABLE_SCHEMA, OLD.id),
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'opportunity_closed';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION complete_opportunity() IS 'Trigger function: score from the stage''s probability, actual_value of a won deal, what closing and reopening leave, the exchange rate; rounds amounts and the totals of lines, converts them with the currency or keeps the currency of lines; lines, amounts and currency of a closed opportunity stay as they are.';

-- Named to fire after the trigger of attach_process that fills probability and outcome.
CREATE TRIGGER zzz_complete_opportunity BEFORE INSERT OR UPDATE ON opportunity
    FOR EACH ROW EXECUTE FUNCTION complete_opportunity();
-- Splits share what the opportunity is worth. While they do not add up to 100 percent,
-- as within a transaction they may, the rest is nobody's.
CREATE FUNCTION share_value(opportunity bigint) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    -- whoever changes its value meanwhile comes before or after
    SELECT FROM opportunity o WHERE o.id = share_value.opportunity FOR NO KEY UPDATE;
    UPDATE opportunity_split AS s SET amount = shared.amount
    FROM (
        SELECT r.ids[i] AS id, (opportunity.allocate(v.value, r.weights, v.scale))[i]::numeric(18,2) AS amount
        FROM (SELECT array_agg(x.id ORDER BY x.id) AS ids,
                array_agg(x.percent ORDER BY x.id) || greatest(100 - sum(x.percent), 0) AS weights
            FROM opportunity_split x WHERE x.opportunity_id = share_value.opportunity AND x.kind = 'revenue') AS r,
            generate_subscripts(r.ids, 1) AS i,
            (SELECT CASE WHEN o.outcome = 'won' THEN o.actual_value ELSE o.estimated_value END AS value,
                opportunity.minor_unit(o.currency) AS scale
            FROM opportunity o WHERE o.id = share_value.opportunity) AS v
        UNION ALL
        SELECT x.id, opportunity.round_amount(CASE WHEN o.outcome = 'won' THEN o.actual_value ELSE o.estimated_value END
            * x.percent / 100, opportunity.minor_unit(o.currency))::numeric(18,2)
        FROM opportunity_split x JOIN opportunity o ON o.id = x.opportunity_id
        WHERE x.opportunity_id = share_value.opportunity AND x.kind = 'overlay') AS shared
    WHERE s.id = shared.id AND s.amount IS DISTINCT FROM shared.amount;
END;
COMMENT ON FUNCTION share_value(bigint) IS 'Computes the amounts of an opportunity''s splits anew. Triggers call it.';

-- Sums over rows that their writer may not see are right only as the owner sees them,
-- so these two run as the owner; and on the owner's tables only, lest a trigger on
-- somebody else's table makes the owner read what is in that one's schema.
CREATE FUNCTION keep_splits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shared bigint[];
    each bigint;
BEGIN
    IF pg_get_userbyid((SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID)) <> CURRENT_USER THEN
        RAISE insufficient_privilege USING MESSAGE = format('table %s is not of the owner of this function', TG_RELID::regclass);
    END IF;
    IF TG_LEVEL = 'ROW' THEN
        IF (OLD.outcome, OLD.actual_value, OLD.estimated_value, OLD.currency)
            IS NOT DISTINCT FROM (NEW.outcome, NEW.actual_value, NEW.estimated_value, NEW.currency) THEN
            RETURN NULL;
        END IF;
        shared := ARRAY[NEW.id];
    ELSIF TG_OP = 'INSERT' THEN
        shared := ARRAY(SELECT DISTINCT n.opportunity_id FROM new_splits n ORDER BY 1);
    ELSIF TG_OP = 'DELETE' THEN
        shared := ARRAY(SELECT DISTINCT o.opportunity_id FROM old_splits o ORDER BY 1);
    ELSE
        shared := ARRAY(SELECT DISTINCT unnest(ARRAY[o.opportunity_id, n.opportunity_id])
            FROM old_splits o FULL JOIN new_splits n USING (id)
            WHERE (o.opportunity_id, o.kind, o.percent, o.amount) IS DISTINCT FROM (n.opportunity_id, n.kind, n.percent, n.amount) ORDER BY 1);
    END IF;
    -- in the order of keys, in which totals lock opportunities, too
    FOREACH each IN ARRAY shared LOOP
        CONTINUE WHEN each IS NULL;
        EXECUTE format('SELECT %I.share_value($1)', TG_TABLE_SCHEMA) USING each;
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_splits() FROM PUBLIC;
COMMENT ON FUNCTION keep_splits() IS 'Trigger function, run as the owner: the amounts of splits follow their percentages and the opportunity''s value.';

CREATE TRIGGER keep_splits_insert AFTER INSERT ON opportunity_split
    REFERENCING NEW TABLE AS new_splits FOR EACH STATEMENT EXECUTE FUNCTION keep_splits();
CREATE TRIGGER keep_splits_update AFTER UPDATE ON opportunity_split
    REFERENCING OLD TABLE AS old_splits NEW TABLE AS new_splits FOR EACH STATEMENT EXECUTE FUNCTION keep_splits();
CREATE TRIGGER keep_splits_delete AFTER DELETE ON opportunity_split
    REFERENCING OLD TABLE AS old_splits FOR EACH STATEMENT EXECUTE FUNCTION keep_splits();
CREATE TRIGGER keep_splits AFTER UPDATE ON opportunity
    FOR EACH ROW WHEN (NEW.split_count > 0) EXECUTE FUNCTION keep_splits();

CREATE FUNCTION check_splits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    percent numeric;
BEGIN
    IF pg_get_userbyid((SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID)) <> CURRENT_USER THEN
        RAISE insufficient_privilege USING MESSAGE = format('table %s is not of the owner of this function', TG_RELID::regclass);
    END IF;
    -- the row may have changed again since
    EXECUTE format('SELECT o.split_percent FROM %I.opportunity o WHERE o.id = $1', TG_TABLE_SCHEMA) INTO percent USING NEW.id;
    IF percent NOT IN (0, 100) THEN
        RAISE check_violation USING
            MESSAGE = format('the revenue splits of opportunity %s add up to %s percent', NEW.id, trim_scale(percent)),
            DETAIL = 'They add up to 100, or there are none.',
            HINT = 'Change all of them in one transaction; credit that need not add up has the kind "overlay".',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = 'opportunity_split', COLUMN = 'percent', CONSTRAINT = 'opportunity_split_percent';
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION check_splits() FROM PUBLIC;
COMMENT ON FUNCTION check_splits() IS 'Trigger function, run as the owner, deferred to the end of the transaction: revenue splits add up to 100 percent.';

CREATE CONSTRAINT TRIGGER check_splits AFTER UPDATE ON opportunity
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.split_percent <> OLD.split_percent) EXECUTE FUNCTION check_splits();
