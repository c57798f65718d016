# What console.sh and logs.sh share; each sources it from the repository's root, with its own arguments.
#
# The measured program, a directory of its own in which that program's state lies too, and what removes it and the
# containers made here in the end, however that comes. Measuring programs are built where no variable names them. A row
# that could not be measured shows `?` and makes the script end with a status of 1; a goal that is missed is only told.

ours=$(realpath "${1:-target/release/mcp-tui}")
image=mcp-tui-test/busybox label=mcp-tui.bench=$$
unmeasured=0
work=$(mktemp -d)
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }

clean() {
    local running ids
    # Whoever ends a script may end its whole group, and then once more what the script itself ends.
    trap '' INT TERM HUP
    running=$(jobs -p)
    [ -z "$running" ] || kill $running 2>/dev/null || true
    wait
    ids=$(docker ps --all --quiet --filter "label=$label")
    [ -z "$ids" ] || docker rm --force $ids >/dev/null
    rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -x "$ours" ] || { say "$ours is not there; cargo build --release makes it"; exit 2; }

# The shell answers a signal only between commands, unless it waits for one of its jobs: then it takes that with it.
attended() { # COMMAND…
    "$@" &
    wait "$!"
}

program() { # VARIABLE BENCH: has the variable name that bench's program, which cargo builds unless it does already
    local -n path=$1
    path=${path:-}
    [ -z "$path" ] || return 0
    say "building $2"
    attended cargo bench --quiet --bench "$2" --no-run --message-format=json >"$work/built"
    path=$(sed -n "s/.*\"name\":\"$2\".*\"executable\":\"\([^\"]*\)\".*/\1/p" "$work/built" | tail -n 1)
    [ -n "$path" ] || { say "cargo names no program of the bench $2"; exit 2; }
}

create() { # SIZE PROJECT SERVICE COMMAND…: PROJECT-SERVICE-1, as compose would label it, with logs of twice that size
    local size=$1 project=$2 service=$3
    shift 3
    docker create --name "$project-$service-1" --network none --label "$label" \
        --log-opt "max-size=$size" --log-opt max-file=2 \
        --label "com.docker.compose.project=$project" --label "com.docker.compose.service=$service" \
        --label com.docker.compose.container-number=1 --label com.docker.compose.oneoff=False \
        "$image" "$@" >/dev/null
}

median() { # of the numbers that come in; `-` of none
    sort -g | awk '$1 != "-" { all[++count] = $1 } END { print count ? all[int((count + 1) / 2)] : "-" }'
}

calculate() { # EXPRESSION NUMBER…: of the numbers a, b, c, …; `-` where one of them is
    local expression=$1 names=(a b c d e f) definitions=()
    shift
    while [ $# -gt 0 ]; do
        [ "$1" != - ] || { printf -- '-\n'; return; }
        definitions+=(-v "${names[${#definitions[@]} / 2]}=$1")
        shift
    done
    awk "${definitions[@]}" "BEGIN { value = $expression; printf (value >= 100 ? \"%.0f\\n\" : \"%.3f\\n\"), value }"
}

head_of_table() {
    printf '| %-44s | %-24s | %14s | %14s | met |\n' what goal ours peer
    printf '| --- | --- | ---: | ---: | --- |\n'
}

row() { # WHAT GOAL OURS PEER MET: the last is an awk condition over ours and peer; none where there is no goal
    local met
    if [ "$3" = - ] || { [ "$4" = - ] && [[ $5 = *peer* ]]; }; then
        met='?' unmeasured=1
    elif [ -z "$5" ]; then
        met=-
    elif awk -v ours="$3" -v peer="$4" "BEGIN { exit !($5) }"; then
        met=yes
    else
        met=NO
    fi
    printf '| %-44s | %-24s | %14s | %14s | %-3s |\n' "$1" "$2" "$3" "$4" "$met"
}
