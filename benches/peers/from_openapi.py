"""A FastMCP server with the tools of the contract, before an API. It says where it listens.

Usage: from_openapi.py UPSTREAM [tuned]
"""

import socket
import sys

import httpx2
from fastmcp import FastMCP
from fastmcp.server.providers.openapi import MCPType

upstream, *tuned = sys.argv[1:]
contract = httpx2.get(f"{upstream}/openapi.json", trust_env=False).json()
operations = [operation for path in contract["paths"].values() for operation in path.values() if isinstance(operation, dict)]
tools = {it["operationId"]: it["x-pilot-status"]["tool"] for it in operations if "tool" in it.get("x-pilot-status", {})}


def only_tools(route, _kind):
    """Every operation of the list is a tool, all others are left out."""
    return MCPType.TOOL if route.operation_id in tools else MCPType.EXCLUDE


# The caller's x-api-key goes on by itself. No bound to connections, which would be a bound to calls at once.
limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
client = httpx2.AsyncClient(base_url=upstream, limits=limits, trust_env=False)
# Left out on request: it makes its whole list for each call of this revision, with all references resolved anew, and holds every answer against its schema.
leaner = {"dereference_schemas": False, "validate_output": False} if tuned else {}
server = FastMCP.from_openapi(contract, client, name="fastmcp", mcp_names=tools, route_map_fn=only_tools, **leaner)

listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
# Without a line a call, as the others.
server.run(
    "http",
    sockets=[listener],
    path="/mcp",
    stateless_http=True,
    json_response=True,
    show_banner=False,
    log_level="warning",
    uvicorn_config={"loop": "uvloop", "http": "httptools", "access_log": False},
)
