-- Charts in databases that are not UTF-8: characters beyond ASCII become
-- references, so that the document is well-formed in any encoding.
SELECT current_database() AS home \gset
SET ROLE NONE;
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_latin1;
DROP DATABASE IF EXISTS regress_sql_ascii;
CREATE DATABASE regress_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C';
CREATE DATABASE regress_sql_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C';

\c regress_latin1
\encoding UTF8
CREATE EXTENSION opportunity;
SELECT svg ~ '^[ -~\n]*$' AS ascii, substring(svg FROM '<title>Verk[^<]*') AS title,
	   substring(svg FROM '<title>Caf[^\n]*') AS label
  FROM (SELECT opportunity.pipeline_chart(date '2026-01-01', 1, 50, 'Café & ' || repeat('ß', 60), '{"title": "Verkäufe"}') AS svg) AS q;

-- SQL_ASCII takes any bytes: those that are UTF-8 are read so, others are replaced.
\c regress_sql_ascii
CREATE EXTENSION opportunity;
SELECT svg ~ '^[ -~\n]*$' AS ascii, substring(svg FROM '<title>Verk[^<]*') AS title,
	   substring(svg FROM '<title>Caf[^\n]*') AS label
  FROM (SELECT opportunity.pipeline_chart(date '2026-01-01', 1, 50, label, '{"title": "Verkäufe"}') AS svg
		  FROM (VALUES (E'Caf\xc3\xa9 \xe9\xff \xf0\x9f\x98')) AS deal (label)) AS q;

\c :home
SET ROLE NONE;
DROP DATABASE regress_latin1;
DROP DATABASE regress_sql_ascii;
