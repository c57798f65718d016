#!/bin/sh
# Run once, when the master's database is made: the role that the standby copies and follows with.
set -eu
# psql reads the password itself: it never stands in a command line.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
\set password \`cat "$POSTGRES_REPLICATION_PASSWORD_FILE"\`
CREATE ROLE "$POSTGRES_REPLICATION_USER" WITH REPLICATION LOGIN PASSWORD :'password';
SQL
