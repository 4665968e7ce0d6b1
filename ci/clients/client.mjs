// The TypeScript SDK's client lists and calls tools: three ways to agree on a revision, over HTTP and stdio.
// Usage: client.mjs MCP_URL PROGRAM UPSTREAM

import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [url, program, upstream] = process.argv.slice(2);
const key = 'ps_demo_meta';
const modes = [['legacy', '2025-11-25'], ['auto', '2026-07-28'], [{ pin: '2026-07-28' }, '2026-07-28']];

const http = (headers = {}) =>
  new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { 'x-api-key': key, ...headers } } });
const stdio = () =>
  new StdioClientTransport({
    command: program,
    args: ['stdio', '--upstream', upstream],
    env: { PILOT_STATUS_API_KEY: key, RUST_LOG: 'error' },
  });

const connected = async (mode, transport, use) => {
  const client = new Client({ name: 'ci', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  try {
    await use(client);
  } finally {
    await client.close();
  }
};

const refused = (request, words) =>
  assert.rejects(request, (error) => {
    assert.equal(error.code, -32602, String(error));
    assert.ok(error.message.includes(words), error.message);
    return true;
  });

const exercise = async (client, revision) => {
  assert.equal(client.getNegotiatedProtocolVersion(), revision);
  assert.equal(client.getServerVersion().name, 'pilot-status-mcp');
  const { tools } = await client.listTools();
  assert.equal(new Set(tools.map((tool) => tool.name)).size, 54);

  const send = { destinationNumber: '+5511988887777', text: 'Oi' };
  const sent = await client.callTool({ name: 'messages_send', arguments: send });
  assert.ok(!sent.isError, JSON.stringify(sent));
  assert.equal(sent.structuredContent.status, 'QUEUED');
  assert.deepEqual(JSON.parse(sent.content[0].text), sent.structuredContent);
  const got = await client.callTool({ name: 'message_get', arguments: { id: sent.structuredContent.id } });
  assert.equal(got.structuredContent.id, sent.structuredContent.id);

  const unknown = await client.callTool({ name: 'message_get', arguments: { id: 'msg_none' } });
  assert.ok(unknown.isError);
  assert.equal(JSON.parse(unknown.content[0].text).status, 404);
  const invalid = await client.callTool({ name: 'message_get', arguments: { ID: 7 } });
  assert.equal(JSON.parse(invalid.content[0].text).code, 'VALIDATION_ERROR');
  await refused(client.callTool({ name: 'message_gets', arguments: {} }), 'message_get');
};

const narrowed = async (client) => {
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  assert.deepEqual(names, ['message_get', 'messages_group', 'messages_unread', 'conversations_list']);
  await refused(client.callTool({ name: 'messages_send', arguments: { text: 'Oi' } }), 'x-mcp-readonly');
};

for (const [mode, revision] of modes) {
  for (const [name, connect] of [['http', http], ['stdio', stdio]]) {
    await connected(mode, connect(), (client) => exercise(client, revision));
    console.log(`ok: TypeScript client, ${JSON.stringify(mode)}, ${name}: ${revision}`);
  }
  await connected(mode, http({ 'x-mcp-areas': 'messaging', 'x-mcp-readonly': 'true' }), narrowed);
}
