#!/bin/sh
# Backs up MLflow's database and artifacts into BACKUP_DIR.
#
#   backup_mlflow.sh [--no-compress] [--max-backups N] [--dry-run]
#
# The database is reached as libpq's variables say: PGHOST, PGUSER, PGPASSWORD, PGDATABASE.
set -eu
directory=${BACKUP_DIR:-/backup/mlflow}
artifacts=${ARTIFACTS_DIR:-/mlflow/artifacts}
compress=yes keep=${BACKUP_KEEP:-7} dry=no
while [ $# -gt 0 ]; do
    case $1 in
        --no-compress) compress=no ;;
        --max-backups) keep=$2; shift ;;
        --dry-run) dry=yes ;;
        *) echo "unknown argument: $1" >&2; exit 2 ;;
    esac
    shift
done
case $keep in '' | *[!0-9]* | 0) echo "--max-backups wants a number from 1 on, not '$keep'" >&2; exit 2 ;; esac

pg_isready --quiet --timeout=10 || { echo "the database at ${PGHOST:-localhost} does not answer" >&2; exit 1; }
[ -w "$directory" ] || { echo "$directory cannot be written" >&2; exit 1; }
[ -d "$artifacts" ] || { echo "there is no directory $artifacts" >&2; exit 1; }
if [ "$dry" = yes ]; then
    echo "would back up ${PGDATABASE:-mlflow} and $artifacts to $directory"
    exit 0
fi

name=mlflow_backup_$(date +%Y%m%d_%H%M%S)
# Under another name until it is whole: nobody must take half a backup for one.
work=$directory/.$name
trap 'rm -rf "$work" "$work.tar.gz"' EXIT
mkdir "$work"
pg_dump --format=custom --file="$work/database.dump"
tar -C "$artifacts" -cf "$work/artifacts.tar" .
(cd "$work" && sha256sum database.dump artifacts.tar > SHA256SUMS)
if [ "$compress" = yes ]; then
    tar -C "$work" -czf "$work.tar.gz" database.dump artifacts.tar SHA256SUMS
    rm -rf "$work"
    mv "$work.tar.gz" "$directory/$name.tar.gz"
    echo "$directory/$name.tar.gz"
else
    mv "$work" "$directory/$name"
    echo "$directory/$name"
fi

# Of what this script made, the oldest beyond so many; nothing else is touched.
find "$directory" -mindepth 1 -maxdepth 1 -name 'mlflow_backup_*' | sort -r | tail -n "+$((keep + 1))" |
    while IFS= read -r old; do
        rm -rf "$old"
        echo "removed $old" >&2
    done
