#!/bin/sh
# Starts a standby: the first time, when there are no data yet, from a copy of the master's.
set -eu
export PGDATA="${PGDATA:-/var/lib/postgresql/data}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    # What an earlier attempt left half done would be refused.
    find "$PGDATA" -mindepth 1 -delete
    chown -R postgres:postgres "$PGDATA"
    chmod 0700 "$PGDATA"
    PGPASSWORD="$(cat "$POSTGRES_REPLICATION_PASSWORD_FILE")"
    export PGPASSWORD
    # --write-recovery-conf makes it a standby that follows, and keeps the password with the data.
    su postgres -s /bin/sh -c "PATH='$PATH' exec pg_basebackup --pgdata='$PGDATA' --host='$POSTGRES_MASTER_SERVICE' \
        --username='$POSTGRES_REPLICATION_USER' --wal-method=stream --checkpoint=fast --write-recovery-conf"
    unset PGPASSWORD
fi
exec docker-entrypoint.sh "$@"
