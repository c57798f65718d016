#!/usr/bin/env bash
# How long ours takes beside docker compose and beside the bare API, in the same run on the same Engine.
#
#   tests/bench/compose.sh [PROGRAM]        PROGRAM is target/release/mcp-tui when none is given
#   RUNS=5                                  how often everything is measured; the median counts
#
# Needs a Docker Engine, curl and a docker compose (tests/compose/install makes sure of one). What it makes it removes.
# Where the reference corpus lies beside the repository, the scores against it come last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ours=$(realpath "${1:-target/release/mcp-tui}")
runs=${RUNS:-5}
socket=/var/run/docker.sock
prefix=mcpbench$$
theirs=$(tests/compose/install)
tests/images/build busybox

work=$(mktemp -d)
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data DOCKER_HOST=unix://$socket
clean() {
    local label="label=com.docker.compose.project" name ids
    for name in "$prefix-ours" "$prefix-theirs" "$prefix-bare"; do
        ids=$(docker ps --all --quiet --filter "$label=$name")
        [ -z "$ids" ] || docker rm --force --volumes $ids >/dev/null
        ids=$(docker network ls --quiet --filter "$label=$name")
        [ -z "$ids" ] || docker network rm $ids >/dev/null
        ids=$(docker volume ls --quiet --filter "$label=$name")
        [ -z "$ids" ] || docker volume rm $ids >/dev/null
    done
    rm -rf -- "$work"
}
trap clean EXIT

# Ten services, each of which waits for the one before it; five of them have a volume.
mkdir -p "$work/chain" "$work/many" "$work/times"
{
    printf 'services:\n'
    for number in $(seq 10); do
        printf '  s%s:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n' "$number"
        [ "$number" = 1 ] || printf '    depends_on: [s%s]\n' "$((number - 1))"
        [ "$number" -gt 5 ] || printf '    volumes: ["v%s:/data"]\n' "$number"
    done
    printf 'volumes:\n'
    printf '  v%s:\n' 1 2 3 4 5
} >"$work/chain/compose.yaml"
# A hundred services with a bit of everything that a file has.
{
    printf 'x-base: &base\n  restart: unless-stopped\n  logging: {driver: json-file, options: {max-size: 10m}}\nservices:\n'
    for number in $(seq 100); do
        printf '  s%s:\n    <<: *base\n    image: registry.example/app:${TAG:-1.%s}\n' "$number" "$number"
        printf '    environment: {NAME: s%s, URL: "http://s1:80/${PATH_PART:-api}", DEBUG: "false"}\n' "$number"
        printf '    ports: ["%s:80"]\n    volumes: ["data:/data", "./conf:/etc/app:ro"]\n' "$((10000 + number))"
        printf '    healthcheck: {test: [CMD, "true"], interval: 10s, timeout: 3s, retries: 5}\n'
        printf '    deploy: {resources: {limits: {cpus: "0.5", memory: 256M}}}\n    networks: [front, back]\n'
        [ "$number" = 1 ] || printf '    depends_on: {s1: {condition: service_healthy}}\n'
    done
    printf 'networks: {front: , back: {internal: true}}\nvolumes: {data: }\n'
} >"$work/many/compose.yaml"

measure() { # NAME COMMAND…: notes the milliseconds that it takes
    local name=$1 began ended
    shift
    began=$(date +%s%N)
    "$@" >"$work/log" 2>&1 || { printf '%s failed:\n' "$*" >&2; cat "$work/log" >&2; exit 1; }
    ended=$(date +%s%N)
    printf '%s\n' "$(((ended - began) / 1000))" >>"$work/times/$name"
}

median() { # NAME: microseconds
    sort -n "$work/times/$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

life() { # WHO PROGRAM: one life of the ten services
    local who=$1 call=("$2" -p "$prefix-$1" -f "$work/chain/compose.yaml")
    measure "up-$who" "${call[@]}" up -d
    measure "again-$who" "${call[@]}" up -d
    measure "scale-$who" "${call[@]}" scale s10=5
    measure "down-$who" "${call[@]}" down
    "${call[@]}" down -v >/dev/null 2>&1
}

ask() { # METHOD PATH [BODY]: of the API
    curl --silent --show-error --fail --unix-socket "$socket" -X "$1" -H 'Content-Type: application/json' \
        "http://docker/v1.41$2" ${3:+--data "$3"}
}

bare_create() { # NUMBER: what docker compose would send at the least
    local name=$prefix-bare-$1 binds=
    [ "$1" -gt 5 ] || binds="\"$prefix-bare-v$1:/data\""
    ask POST "/containers/create?name=$name" "{\"Image\":\"mcp-tui-test/busybox\",\"Cmd\":[\"sleep\",\"1000\"],
        \"Labels\":{\"com.docker.compose.project\":\"$prefix-bare\"},
        \"HostConfig\":{\"Init\":true,\"NetworkMode\":\"$prefix-bare\",\"Binds\":[$binds]}}"
}

bare_start() { # NUMBER
    ask POST "/containers/$prefix-bare-$1/start"
}

bare_one() { # NUMBER
    bare_create "$1"
    bare_start "$1"
}

bare_objects() {
    local label="\"Labels\":{\"com.docker.compose.project\":\"$prefix-bare\"}" number
    ask POST /networks/create "{\"Name\":\"$prefix-bare\",$label}"
    for number in 1 2 3 4 5; do ask POST /volumes/create "{\"Name\":\"$prefix-bare-v$number\",$label}"; done
}

each() { # COMMAND LAST: for the numbers up to the last, all at once
    local number jobs=()
    for number in $(seq "$2"); do "$1" "$number" & jobs+=($!); done
    for number in "${jobs[@]}"; do wait "$number"; done
}

bare() {
    bare_objects
    each bare_one 10
}

# Nothing that keeps the order of a chain can be quicker on this Engine.
bare_row() {
    local number
    bare_objects
    each bare_create 10
    for number in $(seq 10); do bare_start "$number"; done
}

bare_gone() {
    docker rm --force $(docker ps --quiet --filter "label=com.docker.compose.project=$prefix-bare") >/dev/null
    docker network rm "$prefix-bare" >/dev/null
    docker volume rm "$prefix-bare-v"{1,2,3,4,5} >/dev/null
}

for run in $(seq "$runs"); do
    printf '\rrun %s of %s' "$run" "$runs" >&2
    life theirs "$theirs"
    life ours "$ours"
    measure up-bare bare
    bare_gone
    measure up-row bare_row
    bare_gone
    measure config-theirs "$theirs" -f "$work/many/compose.yaml" config
    measure config-ours "$ours" -f "$work/many/compose.yaml" config
done
printf '\r' >&2

row() { # WHAT OURS OTHER-NAME OTHER GOAL, which is - where there is none
    awk -v what="$1" -v ours="$(median "$2")" -v name="$3" -v other="$(median "$4")" -v goal="$5" 'BEGIN {
        met = goal == "-" ? "-" : ours / other <= goal ? "yes" : "NO"
        printf "| %-34s | %8.0f ms | %-18s %8.0f ms | %5.2f | %5s | %s |\n", what, ours / 1000, name, other / 1000,
            ours / other, goal, met }'
}

printf 'median of %s runs; docker compose %s, Engine %s, %s CPUs\n\n' "$runs" "$("$theirs" version --short)" \
    "$(docker version --format '{{.Server.Version}}')" "$(nproc)"
printf '| %-34s | %11s | %-30s | %5s | %5s | %s |\n' what ours beside ratio goal met
printf '| --- | --- | --- | --- | --- | --- |\n'
row 'up of ten chained services' up-ours 'docker compose' up-theirs 0.8
row 'the same' up-ours 'API, all at once' up-bare 1.4
row 'the same' up-ours 'API, one by one' up-row -
row 'up when all is up' again-ours 'docker compose' again-theirs 1.0
row 'scale of one service from 1 to 5' scale-ours 'docker compose' scale-theirs 0.7
row down down-ours 'docker compose' down-theirs 0.8
row 'config of a hundred services' config-ours 'docker compose' config-theirs 0.3

score=../shared/tools/compose_score.py
if [ -e "$score" ]; then
    printf '\n'
    for mode in config create; do
        printf '%s: %s\n' "$mode" "$(python3 "$score" "$mode" "$ours" --show 0 | tail -n 1)"
    done
fi
