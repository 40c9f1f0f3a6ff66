-- A trigger's arguments, as the view attachments reads them from pg_trigger.tgargs.
CREATE SCHEMA attachments;
SET search_path = attachments, opportunity;

-- Each ends with a zero byte; one that does not is taken as it is.
SELECT trigger_arguments('') AS none, trigger_arguments('one\000two\000') AS two, trigger_arguments('\000') AS empty, trigger_arguments('open') AS unended, trigger_arguments(NULL) IS NULL AS strict;
SELECT trigger_arguments('\xff00');

-- A trigger has no more than a smallint counts: a forged value does not fill the memory.
SELECT cardinality(trigger_arguments(decode(repeat('00', 32767), 'hex')));
SELECT trigger_arguments(decode(repeat('00', 32768), 'hex'));

DROP SCHEMA attachments;
