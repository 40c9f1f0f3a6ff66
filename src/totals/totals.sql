-- Totals that a table keeps of the lines in another (C: src/totals).

CREATE FUNCTION opportunity.maintain_totals() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'opp_maintain_totals';
COMMENT ON FUNCTION opportunity.maintain_totals() IS 'Trigger on the lines, made by attach_totals: after each statement the totals of the parents it touched follow by the difference it makes, or are added up anew where that would not be the same, under the parents'' row locks taken in key order; before it the statement is noted; it is the consent of the table of the lines to being read as its owner. Its arguments are those of attach_totals in canonical form, then the parent''s key.';

CREATE FUNCTION opportunity.guard_totals() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'opp_guard_totals';
COMMENT ON FUNCTION opportunity.guard_totals() IS 'Trigger on the parent, made by attach_totals: refuses (23514, opportunity_computed_total) or puts back a total that its lines do not add up to, and is the parent''s consent to being read and updated as its owner. Same arguments as maintain_totals.';

CREATE FUNCTION opportunity.attach_totals(parent regclass, total_columns text, child regclass, foreign_key text, amounts text,
	lines_where text DEFAULT NULL, when_empty text DEFAULT 'keep', outside_writes text DEFAULT 'refuse', rebuild boolean DEFAULT true)
RETURNS void
LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'opp_attach_totals';
COMMENT ON FUNCTION opportunity.attach_totals(regclass, text, regclass, text, text, text, text, text, boolean) IS 'Keeps columns of the parent equal to the sums of amounts over its lines in the child. total_columns and foreign_key are column lists, amounts a list of as many immutable number expressions over a line, lines_where a condition that picks lines. A null amount adds nothing. Without lines a total keeps the parent''s own, freely writable value (when_empty keep; an amount that reads no column, such as 1, counts lines and is then 0), or is zero or null. outside_writes: refuse (23514) or ignore writes that differ from the lines. Makes triggers only, replaces an earlier attachment of the same two tables that shares a total with it, and is to be called again when a partition is added or a table or column renamed. rebuild computes the totals of what is there.';

CREATE FUNCTION opportunity.detach_totals(parent regclass, child regclass DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'opp_detach_totals';
COMMENT ON FUNCTION opportunity.detach_totals(regclass, regclass) IS 'Drops the triggers that attach_totals made for the parent and one child, or all its children when child is null; with a null parent those on the child of parents that do not exist any more. The totals stay as they are.';

CREATE FUNCTION opportunity.check_totals(parent regclass, OUT child regclass, OUT parent_key text, OUT total_column text,
	OUT stored text, OUT computed text, OUT problem text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'opp_check_totals';
COMMENT ON FUNCTION opportunity.check_totals(regclass) IS 'What is wrong with the totals of a table: rows whose total differs from their lines (repaired by rebuild_totals), lines whose amount is null and so is in no total, triggers disabled or made for a table of another name, partitions without triggers. No rows: all is well. For the owner of the table.';

CREATE FUNCTION opportunity.rebuild_totals(parent regclass)
RETURNS bigint
LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'opp_rebuild_totals';
COMMENT ON FUNCTION opportunity.rebuild_totals(regclass) IS 'Adds up all totals of a table anew and stores those that differ; the number of rows changed. For the owner of the table.';
