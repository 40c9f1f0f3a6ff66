-- Moving one row.
CREATE FUNCTION opportunity.advance(target regclass, key text, stage_column name DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'opp_advance' LANGUAGE C;
COMMENT ON FUNCTION opportunity.advance(regclass, text, name) IS
    'moves the row with that primary key to its next stage, by an UPDATE of the caller''s, and returns the stage; stage_column is needed where several have a process, else 42725; P0002 when there is no such row, 21000 when tables that inherit have another, 23514 when it is closed, and what the process refuses; NULL of a NULL table or key';

CREATE FUNCTION opportunity.move_to(target regclass, key text, stage text, stage_column name DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'opp_move_to' LANGUAGE C;
COMMENT ON FUNCTION opportunity.move_to(regclass, text, text, name) IS
    'moves the row with that primary key to a stage, by an UPDATE of the caller''s, and returns the stage; stage_column is needed where several have a process, else 42725; P0002 when there is no such row, 21000 when tables that inherit have another, and what the process refuses; NULL of a NULL table, key or stage';
