-- Every other test runs as regress_seller, who owns the database and nothing else.
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_seller;
RESET client_min_messages;
CREATE ROLE regress_seller NOLOGIN;
SELECT format('ALTER DATABASE %I OWNER TO regress_seller', current_database()) \gexec
SELECT format('ALTER DATABASE %I SET role = regress_seller', current_database()) \gexec
SELECT format('ALTER DATABASE %I SET timezone = ''UTC''', current_database()) \gexec
\c
SELECT current_user, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user;
CREATE EXTENSION opportunity;
