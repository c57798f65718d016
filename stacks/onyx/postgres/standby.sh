#!/bin/sh
# Starts a standby: the first time, when there are no data yet, from a copy of the master's.
set -eu
export PGDATA="${PGDATA:-/var/lib/postgresql/data}"

copy="$PGDATA/.copy"
if [ ! -s "$PGDATA/PG_VERSION" ] && [ ! -e "$PGDATA/.copied" ]; then
    mkdir -p "$PGDATA"
    # Half of an earlier copy lies in a directory of its own; whatever else is here is not ours to remove.
    if [ -n "$(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name .copy ! -name lost+found -print -quit)" ]; then
        echo "$PGDATA holds something that is no copy of the master's data; nothing is removed" >&2
        exit 1
    fi
    rm -rf -- "$copy"
    mkdir "$copy"
    chown postgres:postgres "$PGDATA" "$copy"
    chmod 0700 "$PGDATA" "$copy"
    PGPASSWORD="$(cat "$POSTGRES_REPLICATION_PASSWORD_FILE")"
    export PGPASSWORD
    # --write-recovery-conf makes it a standby that follows, and keeps the password with the data.
    su postgres -s /bin/sh -c "PATH='$PATH' exec pg_basebackup --pgdata='$copy' --host='$POSTGRES_MASTER_SERVICE' \
        --username='$POSTGRES_REPLICATION_USER' --wal-method=stream --checkpoint=fast --write-recovery-conf"
    unset PGPASSWORD
    touch "$PGDATA/.copied"
fi
if [ -e "$PGDATA/.copied" ]; then
    # The file that tells a database comes last, so that a move which was cut short goes on at the next start.
    if [ -d "$copy" ]; then
        find "$copy" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -- {} "$PGDATA/" \;
        [ ! -e "$copy/PG_VERSION" ] || mv -- "$copy/PG_VERSION" "$PGDATA/"
        rmdir -- "$copy"
    fi
    rm -- "$PGDATA/.copied"
fi
exec docker-entrypoint.sh "$@"
