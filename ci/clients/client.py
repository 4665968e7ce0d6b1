"""The Python SDK's client lists and calls tools: three ways to agree on a revision, over HTTP and stdio.

Usage: client.py MCP_URL PROGRAM UPSTREAM
"""

import asyncio
import json
import sys

import httpx2
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

KEY = "ps_demo_meta"
# How the client is told to agree, and on what it then does.
MODES = {"legacy": "2025-11-25", "auto": "2026-07-28", "2026-07-28": "2026-07-28"}
URL, PROGRAM, UPSTREAM = sys.argv[1:]


def over_http(**headers):
    headers = {"x-api-key": KEY} | {name.replace("_", "-"): value for name, value in headers.items()}
    return streamable_http_client(URL, http_client=httpx2.AsyncClient(headers=headers, trust_env=False))


def over_stdio():
    return StdioServerParameters(
        command=PROGRAM, args=["stdio", "--upstream", UPSTREAM], env={"PILOT_STATUS_API_KEY": KEY, "RUST_LOG": "error"}
    )


async def refused(request, words):
    """Expects invalid params."""
    try:
        await request
    except MCPError as error:
        assert error.error.code == -32602 and words in error.error.message, error
    else:
        raise AssertionError(f"not refused: {words}")


async def exercise(client, revision):
    assert client.protocol_version == revision, client.protocol_version
    assert client.server_info is None or client.server_info.name == "pilot-status-mcp", client.server_info
    tools = (await client.list_tools()).tools
    assert len({tool.name for tool in tools}) == 54, len(tools)
    assert all(tool.annotations.read_only_hint is not None for tool in tools)
    await refused(client.list_tools(cursor="2"), "cursor")

    sent = await client.call_tool("messages_send", {"destinationNumber": "+5511988887777", "text": "Oi"})
    assert not sent.is_error and sent.structured_content["status"] == "QUEUED", sent
    assert json.loads(sent.content[0].text) == sent.structured_content, sent
    got = await client.call_tool("message_get", {"id": sent.structured_content["id"]})
    assert got.structured_content["id"] == sent.structured_content["id"], got

    unknown = await client.call_tool("message_get", {"id": "msg_none"})
    assert unknown.is_error and json.loads(unknown.content[0].text)["status"] == 404, unknown
    invalid = await client.call_tool("message_get", {"ID": 7})
    assert invalid.is_error and json.loads(invalid.content[0].text)["code"] == "VALIDATION_ERROR", invalid
    await refused(client.call_tool("message_gets", {}), "message_get")


async def narrowed(mode):
    async with Client(over_http(x_mcp_areas="messaging", x_mcp_readonly="true"), mode=mode) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["message_get", "messages_group", "messages_unread", "conversations_list"], names
        await refused(client.call_tool("messages_send", {"text": "Oi"}), "x-mcp-readonly")


async def main():
    for mode, revision in MODES.items():
        for transport, connect in (("http", over_http), ("stdio", over_stdio)):
            async with asyncio.timeout(60):
                async with Client(connect(), mode=mode) as client:
                    await exercise(client, revision)
            print(f"ok: Python client, {mode}, {transport}: {revision}")
        await narrowed(mode)


asyncio.run(main())
