// A proxy that adds the API key, for the conformance suite, which cannot send one. All else passes as it is, Host and Origin above all.
// Usage: with-key.mjs SERVER_URL

import http from 'node:http';

const { hostname, port } = new URL(process.argv[2]);

const proxy = http.createServer((request, response) => {
  const headers = { ...request.headers, 'x-api-key': 'ps_demo_meta' };
  const { method, url: path } = request;
  const onward = http.request({ hostname, port, method, path, headers, setHost: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});
proxy.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${proxy.address().port}`));
