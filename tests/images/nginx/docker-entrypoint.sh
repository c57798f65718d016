#!/bin/sh
# As in the official image: templates are filled in from the environment, then the scripts beside them run.
set -e
if [ "$1" = nginx ]; then
    for template in /etc/nginx/templates/*.template; do
        [ -e "$template" ] || continue
        # Only what the environment defines is replaced, so that nginx's own $variables stay.
        known=$(env | cut -d= -f1 | grep -E '^[A-Za-z_][A-Za-z0-9_]*$' | sed 's/^/$/' | tr '\n' ' ')
        envsubst "$known" < "$template" > "/etc/nginx/conf.d/$(basename "$template" .template)"
    done
    for script in /docker-entrypoint.d/*.sh; do
        [ -x "$script" ] && "$script"
    done
fi
exec "$@"
