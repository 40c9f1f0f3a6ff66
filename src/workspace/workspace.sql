-- The ready-made model: a schema of the caller's with ordinary tables.
CREATE FUNCTION opportunity.create_workspace(schema_name name DEFAULT 'crm', base_currency text DEFAULT 'USD', amount_decimals integer DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'opp_create_workspace'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION opportunity.create_workspace(name, text, integer) IS
'Creates a schema with tables, views, triggers and functions for accounts, products, price lists and opportunities, all owned by the caller and granted to nobody else; the caller becomes its first member and administrator. An empty schema that the caller owns is used as it is; any other existing one is an error (42P06). base_currency: ISO 4217 code, in which amounts are when nothing else is said; an unknown one, or one without decimals of its own such as gold, is an error (22023). amount_decimals: decimals that amounts can have, 2 to 4; NULL: those of the base currency, at least 2. Currencies with more are refused in it. Other NULL arguments are errors (22004).';
