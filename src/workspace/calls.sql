-- The calls: what people do with opportunities, each a statement or two on the
-- tables. They run as the caller and can do nothing that the caller cannot. Their
-- bodies are parsed, so that they mean these tables whatever the schema is renamed
-- to, and whatever another schema then takes its name.

CREATE FUNCTION refuse(state text, message text, hint text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF state = '23514' THEN
        RAISE check_violation USING MESSAGE = message, HINT = hint,
            TABLE = 'opportunity', COLUMN = 'stage', CONSTRAINT = 'opportunity_stage_move';
    END IF;
    RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint;
END
$$;
COMMENT ON FUNCTION refuse(text, text, text) IS
'Raises the error with that SQLSTATE, for calls written in SQL; never returns. 23514 is a move that is not allowed, of the constraint opportunity_stage_move.';

CREATE FUNCTION new_opportunity(name text, account text, currency text DEFAULT NULL, process text DEFAULT NULL,
        estimated_close date DEFAULT NULL) RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO opportunity AS o (name, account_id, currency, process, estimated_close)
    VALUES (new_opportunity.name,
        CASE WHEN new_opportunity.account IS NOT NULL THEN coalesce(
            (SELECT a.id FROM account a WHERE a.name = new_opportunity.account),
            refuse('22023', format('account "%s" does not exist', new_opportunity.account),
                'Insert it into the table account first.')::bigint) END,
        coalesce(new_opportunity.currency, base_currency()),
        CASE WHEN new_opportunity.process IS NOT NULL THEN coalesce(
            (SELECT p.name FROM process p WHERE p.name = new_opportunity.process),
            refuse('22023', format('sales process "%s" does not exist', new_opportunity.process),
                'Insert it into the table process first.')) END,
        new_opportunity.estimated_close)
    RETURNING o.id;
END;
COMMENT ON FUNCTION new_opportunity(text, text, text, text, date) IS
'Makes an opportunity at the first stage, owned by the caller''s member, and returns its id. account: name of an account, or NULL while unknown. currency, process: NULL takes the base currency, the process that the rules choose.';

CREATE FUNCTION add_line(opportunity bigint, product_code text, quantity numeric DEFAULT 1,
        price_per_unit numeric DEFAULT NULL, unit text DEFAULT NULL) RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO opportunity_line AS l (opportunity_id, product_id, unit_id, quantity, price_per_unit)
    SELECT add_line.opportunity, p.id,
        CASE WHEN add_line.unit IS NOT NULL THEN coalesce(
            (SELECT u.id FROM unit u JOIN unit own ON own.unit_group_id = u.unit_group_id
                WHERE own.id = p.unit_id AND u.name = add_line.unit),
            refuse('22023', format('product "%s" is not sold in unit "%s"', add_line.product_code, add_line.unit),
                'Insert the unit into the unit group of the product''s own unit first.')::bigint) END,
        add_line.quantity, add_line.price_per_unit
    FROM (SELECT coalesce((SELECT x.id FROM product x WHERE x.code = add_line.product_code),
            refuse('22023', format('product "%s" does not exist', add_line.product_code),
                'Insert it into the table product first, or insert a line with a description instead.')::bigint) AS id,
        (SELECT x.unit_id FROM product x WHERE x.code = add_line.product_code) AS unit_id) AS p
    RETURNING l.id;
END;
COMMENT ON FUNCTION add_line(bigint, text, numeric, numeric, text) IS
'Adds a line to the opportunity and returns the line''s id. price_per_unit: NULL takes the price from the opportunity''s price list; where there is none, an error (23502) names list and product. unit: name of one of the product''s unit group; NULL takes the product''s own.';

CREATE FUNCTION add_bundle(opportunity bigint, bundle_code text, quantity numeric DEFAULT 1, optional text[] DEFAULT '{}') RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    SELECT refuse('22023', format('product "%s" is not an optional product of bundle "%s"', o.code, add_bundle.bundle_code),
        'Required products are in the bundle, and in its price, already.')
    FROM unnest(add_bundle.optional) AS o (code)
    WHERE NOT EXISTS (SELECT FROM bundle_item i JOIN product b ON b.id = i.bundle_id JOIN product p ON p.id = i.product_id
        WHERE b.code = add_bundle.bundle_code AND p.code = o.code AND NOT i.is_required);
    WITH bundle AS (
        INSERT INTO opportunity_line AS l (opportunity_id, product_id, quantity)
        VALUES (add_bundle.opportunity,
            coalesce((SELECT p.id FROM product p WHERE p.code = add_bundle.bundle_code AND p.kind = 'bundle'),
                refuse('22023', format('bundle "%s" does not exist', add_bundle.bundle_code),
                    'A bundle is a product of the kind "bundle".')::bigint),
            add_bundle.quantity)
        RETURNING l.id, l.product_id
    ), options AS (
        INSERT INTO opportunity_line (opportunity_id, product_id, quantity, bundle_line_id)
        SELECT add_bundle.opportunity, i.product_id, i.quantity * add_bundle.quantity, b.id
        FROM bundle b JOIN bundle_item i ON i.bundle_id = b.product_id JOIN product p ON p.id = i.product_id
        WHERE NOT i.is_required AND p.code = ANY (add_bundle.optional)
        ORDER BY i.id
    )
    SELECT b.id FROM bundle b;
END;
COMMENT ON FUNCTION add_bundle(bigint, text, numeric, text[]) IS
'Adds a line for the bundle at its own price, with its required products in it, and a line for each optional product whose code is listed, at that product''s price. Returns the id of the bundle''s line.';

CREATE FUNCTION explain_price(line bigint, OUT step integer, OUT subject text, OUT finding text, OUT amount numeric) RETURNS SETOF record
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.step, e.subject, e.finding, e.amount
    FROM opportunity_line l, opportunity.explain_price(l) e
    WHERE l.id = explain_price.line;
END;
COMMENT ON FUNCTION explain_price(bigint) IS
'How the line would be priced now, from the price list to the amount, a row a step: what opportunity.explain_price says of it. No rows: no such line.';

CREATE FUNCTION convert_opportunity(opportunity bigint, currency text) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    -- for complete_opportunity, which converts; a currency that changes otherwise is refused
    SELECT set_config('workspace.convert', convert_opportunity.opportunity::text, true);
    WITH converted AS (
        UPDATE opportunity AS o SET currency = convert_opportunity.currency
        WHERE o.id = convert_opportunity.opportunity
        RETURNING o.id)
    SELECT refuse('P0002', format('opportunity %s does not exist', convert_opportunity.opportunity),
        'The view pipeline lists all opportunities.')
    WHERE NOT EXISTS (SELECT FROM converted);
    SELECT set_config('workspace.convert', '', true);
END;
COMMENT ON FUNCTION convert_opportunity(bigint, text) IS
'Converts the opportunity and its lines to another currency at the rates of the day in the table exchange_rate: prices to six decimals, amounts to those of the currency. It follows the default price list of the new currency from then on.';

CREATE FUNCTION refresh_exchange_rates() RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    WITH refreshed AS (
        UPDATE opportunity AS o SET exchange_rate = NULL
        WHERE o.exchange_policy <> 'at_save'
            AND NOT (o.exchange_policy = 'frozen_at_close' AND o.outcome <> 'open')
            AND o.exchange_rate IS DISTINCT FROM
                rate_on(o.currency, opportunity.exchange_date(o.exchange_policy, CURRENT_DATE, o.estimated_close, o.closed_at::date))
        RETURNING o.id)
    SELECT count(*) FROM refreshed;
END;
COMMENT ON FUNCTION refresh_exchange_rates() IS
'Brings the exchange rates of opportunities up to date whose exchange_policy lets them follow the table exchange_rate, and returns how many changed. To be called when rates were inserted.';

CREATE FUNCTION advance(opportunity bigint) RETURNS text
    LANGUAGE sql
RETURN opportunity.advance('opportunity'::regclass, advance.opportunity::text);
COMMENT ON FUNCTION advance(bigint) IS
'Moves the opportunity to the next stage of its process and returns that stage''s name. A gate that is not passed is an error (23502, 23514) that says what is missing.';

CREATE FUNCTION move_to(opportunity bigint, stage text) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT opportunity.move_to('opportunity'::regclass, move_to.opportunity::text, move_to.stage);
END;
COMMENT ON FUNCTION move_to(bigint, text) IS
'Moves the opportunity to the named stage of its process. A move that the process does not allow is an error (23514), as is a gate that is not passed (23502, 23514).';

CREATE FUNCTION move_back(opportunity bigint) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT opportunity.move_to('opportunity'::regclass, move_back.opportunity::text, coalesce(
        (SELECT CASE WHEN o.outcome = 'open' THEN coalesce(
                (SELECT s.stage FROM opportunity.stages(p.definition) here, opportunity.stages(p.definition) s
                    WHERE here.stage = o.stage AND s.stage_order < here.stage_order
                    ORDER BY s.stage_order DESC LIMIT 1),
                refuse('23514', format('opportunity %s is at "%s", the first stage: it cannot be moved back', o.id, o.stage),
                    'lose() closes it.'))
            ELSE refuse('23514', format('opportunity %s is %s: it cannot be moved back', o.id, o.outcome),
                'reopen() takes it back to the stage from which it was closed.') END
            FROM opportunity o JOIN process p ON p.name = o.process
            WHERE o.id = move_back.opportunity),
        refuse('P0002', format('opportunity %s does not exist', move_back.opportunity),
            'The view pipeline lists all opportunities.')));
END;
COMMENT ON FUNCTION move_back(bigint) IS
'Moves an open opportunity to the stage before its own. At the first stage and when closed: an error (23514).';

CREATE FUNCTION win(opportunity bigint, actual_value numeric DEFAULT NULL) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    WITH won AS (
        UPDATE opportunity AS o
        SET stage = (SELECT s.stage FROM process p, opportunity.stages(p.definition) s
                WHERE p.name = o.process AND s.outcome = 'won' ORDER BY s.stage_order LIMIT 1),
            actual_value = coalesce(win.actual_value, o.actual_value)
        WHERE o.id = win.opportunity
        RETURNING o.id)
    SELECT refuse('P0002', format('opportunity %s does not exist', win.opportunity),
        'The view pipeline lists all opportunities.')
    WHERE NOT EXISTS (SELECT FROM won);
END;
COMMENT ON FUNCTION win(bigint, numeric) IS
'Closes the opportunity as won: it passes the gates of all stages left behind. actual_value: NULL takes its estimated_value.';

CREATE FUNCTION lose(opportunity bigint, reason text, competitor text DEFAULT NULL) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    WITH lost AS (
        UPDATE opportunity AS o
        SET stage = coalesce(
                (SELECT s.stage FROM process p, opportunity.stages(p.definition) s
                    WHERE p.name = o.process AND s.outcome = 'lost' ORDER BY s.stage_order LIMIT 1),
                refuse('23514', format('opportunity %s cannot be lost: its sales process "%s" has no stage for that', o.id, o.process),
                    'Add a stage with the outcome "lost" to the process.')),
            lost_reason = lose.reason,
            winning_competitor_id = CASE WHEN lose.competitor IS NOT NULL THEN coalesce(
                (SELECT c.id FROM competitor c WHERE c.name = lose.competitor),
                refuse('22023', format('competitor "%s" does not exist', lose.competitor),
                    'Insert it into the table competitor first.')::bigint) END
        WHERE o.id = lose.opportunity
        RETURNING o.id)
    SELECT refuse('P0002', format('opportunity %s does not exist', lose.opportunity),
        'The view pipeline lists all opportunities.')
    WHERE NOT EXISTS (SELECT FROM lost);
END;
COMMENT ON FUNCTION lose(bigint, text, text) IS
'Closes the opportunity as lost, for a reason and, if one is known, to a competitor (the name of one in the table competitor).';

CREATE FUNCTION reopen(opportunity bigint) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT opportunity.move_to('opportunity'::regclass, reopen.opportunity::text, coalesce(
        (SELECT CASE WHEN o.outcome = 'open' THEN refuse('23514', format('opportunity %s is open already', o.id),
                'move_to() takes it to another stage.')
            ELSE coalesce(o.last_open_stage,
                (SELECT s.stage FROM opportunity.stages(p.definition) s ORDER BY s.stage_order LIMIT 1)) END
            FROM opportunity o JOIN process p ON p.name = o.process
            WHERE o.id = reopen.opportunity),
        refuse('P0002', format('opportunity %s does not exist', reopen.opportunity),
            'The view pipeline lists all opportunities.')));
END;
COMMENT ON FUNCTION reopen(bigint) IS
'Takes a won or lost opportunity back to the stage from which it was closed, or to the first when it was inserted closed. closed_at, actual_value, lost_reason and the winning competitor are cleared.';

CREATE FUNCTION pipeline_chart_svg(process text DEFAULT NULL, owner text DEFAULT NULL, outcome text DEFAULT NULL,
        currency text DEFAULT NULL, closing_from date DEFAULT NULL, closing_to date DEFAULT NULL,
        options jsonb DEFAULT '{}') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT opportunity.pipeline_chart(p.close_date, p.value,
        -- 100 and 0 mark won and lost deals
        CASE p.outcome WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE least(greatest(p.score, 1), 99) END,
        concat_ws(', ', p.name, p.account),
        jsonb_build_object('currency', coalesce(pipeline_chart_svg.currency, base_currency()))
            || coalesce(pipeline_chart_svg.options, '{}'))
    FROM pipeline AS p
    WHERE p.currency = coalesce(pipeline_chart_svg.currency, base_currency())
        AND (pipeline_chart_svg.process IS NULL OR p.process = pipeline_chart_svg.process)
        AND (pipeline_chart_svg.owner IS NULL OR p.owner = pipeline_chart_svg.owner)
        AND (pipeline_chart_svg.outcome IS NULL OR p.outcome = pipeline_chart_svg.outcome)
        AND (pipeline_chart_svg.closing_from IS NULL OR p.close_date >= pipeline_chart_svg.closing_from)
        AND (pipeline_chart_svg.closing_to IS NULL OR p.close_date <= pipeline_chart_svg.closing_to);
END;
COMMENT ON FUNCTION pipeline_chart_svg(text, text, text, text, date, date, jsonb) IS
'The pipeline as an SVG document: every opportunity by close date (the estimated one while open) and score, the circle''s area its value, closed ones marked. process, owner, outcome: only those of that name; closing_from, closing_to: only those closing in these days; NULL: all. One currency: NULL takes the base currency. options: those of opportunity.pipeline_chart.';
