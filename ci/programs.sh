# What scripts share that try programs of other people: installing them from lock files, and starting programs on loopback. To be sourced, with `cache` set: the directory for what is installed and for logs.

# Both install once for every state of the lock files.
installed() { [ "$(cat "$1/done" 2>/dev/null)" = "$(cat "${@:2}" | sha256sum)" ]; }
finished() { cat "${@:2}" | sha256sum >"$1/done"; }

# Installs what `package.json` and its lock file in a directory name, to `$cache/npm`.
install_npm() {
    ! installed "$cache/npm" "$1"/package*.json || return 0
    rm -rf "$cache/npm" && mkdir -p "$cache/npm"
    cp "$1"/package*.json "$cache/npm"
    npm ci --prefix "$cache/npm" --ignore-scripts --no-audit --no-fund --loglevel error >"$cache/npm.log"
    finished "$cache/npm" "$1"/package*.json
}

# Installs what `requirements.txt` in a directory names, to `$cache/venv`.
install_python() {
    ! installed "$cache/venv" "$1/requirements.txt" || return 0
    rm -rf "$cache/venv" && python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary=:all: -r "$1/requirements.txt"
    finished "$cache/venv" "$1/requirements.txt"
}

running=()
stop() { [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true; }
trap stop EXIT

# From here on all traffic stays on this machine.
stay_here() { export NO_PROXY='*' no_proxy='*'; }

# Waits for a program that was started last until a command succeeds.
until_ready() {
    for _ in $(seq 300); do
        "$@" && return
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    echo "did not start:" && cat "$log" && exit 1
}
begin() {
    log=$cache/$1.log
    : >"$log"
    "${@:2}" >"$log" 2>&1 &
    running+=($!)
}

# Starts a program that says where it listens, and sets `url`.
start() {
    begin "$@"
    until_ready says_url
}
says_url() {
    url=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' "$log" | head -n 1)
    [ -n "$url" ]
}

# Starts a program that must be told its port: `free_port` sets `port` and `url` before.
free_port() {
    port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    url=http://127.0.0.1:$port
}
start_at_port() {
    begin "$@"
    until_ready accepts
}
accepts() { (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
