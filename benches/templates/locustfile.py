"""A scenario of pilot-status-load for Locust, whose master and workers spread it over machines.

Written by `pilot-status-load export locust`; write it anew rather than change it. Needs locust 2.

    locust -f locustfile.py --headless --users 50 --spawn-rate 50 --run-time 1m

or, over several machines, one of the first and as many of the second as there are cores:

    locust -f locustfile.py --master --headless --expect-workers 2 --users 200 --spawn-rate 50 --run-time 1m
    locust -f - --worker --master-host ADDRESS

Without --host it calls what listens on loopback (see HOST); of an MCP server name the host without /mcp. Keys come from the environment of each worker, by the
names under "credentials"; those of the demo world stand in on loopback only. Each user begins FLOWS_PER_SECOND (1) flows a second if it is not kept waiting, so
that users times FLOWS_PER_SECOND is the rate. Unlike pilot-status-load, Locust counts latency from when a call was made: a target that stalls is not seen to have kept others waiting.

A refusal that the scenario wants is a success; every other is a failure by its code, as pilot-status-load tells it.
"""

import itertools
import json
import os
import random
import re
import sys
import uuid
from urllib.parse import quote, urlsplit

import gevent
from gevent.lock import BoundedSemaphore
from locust import FastHttpUser, constant_throughput, events, task

null, true, false = None, True, False

SCENARIO = "@scenario@"

HOST = "@host@"
REVISION = "2026-07-28"
HEADERS = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": REVISION,
    "mcp-method": "tools/call",
}
META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "pilot-status-load", "version": "@version@"},
}


class Unfilled(Exception):
    """A variable that stands for nothing: an earlier answer has not what the scenario refers to."""


def on_loopback(host):
    name = urlsplit(host).hostname or ""
    return name in ("localhost", "::1") or name.startswith("127.")


def credential(source, host):
    """The header of a caller."""
    secret = os.environ.get(source["env"]) or (source["demo"] if on_loopback(host) else None)
    if not secret:
        raise KeyError(f"the variable {source['env']} with a key of the target is not set")
    if source["header"] == "authorization":
        return {"authorization": f"Bearer {secret}"}
    return {source["header"]: secret}


class Known:
    """What variables stand for in one call."""

    def __init__(self, counter, *answers):
        self.counter, self.answers, self.draw = counter, answers, random.getrandbits(32)

    def value(self, name):
        match name:
            case "counter":
                return self.counter
            case "phone":
                return f"+55119{random.randrange(10**8):08}"
            case "uuid":
                return str(uuid.uuid4())
        name, *path = name.split(".")
        several = next((answers[name] for answers in self.answers if answers.get(name)), None)
        try:
            found = several[self.draw % len(several)]
            for part in path:
                found = found[int(part)] if isinstance(found, list) else found[part]
            return found
        except (LookupError, TypeError, ValueError):
            raise Unfilled from None

    def fill(self, node):
        if isinstance(node, dict):
            return {name: self.fill(member) for name, member in node.items()}
        if isinstance(node, list):
            return [self.fill(item) for item in node]
        if not isinstance(node, str):
            return node
        whole = re.fullmatch(r"\$\{([^}]*)\}", node)
        if whole:
            return self.value(whole[1])
        return re.sub(r"\$\$|\$\{([^}]*)\}", lambda found: plain(self.value(found[1])) if found[1] else "$", node)


def plain(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(value):
    return quote(plain(value), safe="-._~")


def rest(call, arguments):
    """Method, path, headers and body."""
    path, query, headers, body = call["path"], [], {}, {}
    for name, value in arguments.items():
        place, wire = call["places"].get(name, ("body" if call["body"] else "query", name))
        if place == "path":
            path = path.replace("{" + wire + "}", encoded(value))
        elif place == "query":
            query.append(f"{encoded(wire)}={encoded(value)}")
        elif place == "header":
            headers[wire] = plain(value)
        else:
            body[wire] = value
    if query:
        path += "?" + "&".join(query)
    if not call["body"]:
        return call["method"], path, headers, None
    return call["method"], path, headers | {"content-type": "application/json"}, json.dumps(body)


def mcp(call, arguments):
    params = {"name": call["tool"], "arguments": arguments, "_meta": META}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return "POST", "/mcp", HEADERS | {"mcp-name": call["tool"]}, json.dumps(body)


def parsed(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def code_of(body):
    return body.get("code") if isinstance(body, dict) and isinstance(body.get("code"), str) else None


def told_by_rest(call, response):
    """The code of the failure, if it is one, and the answer of the API."""
    body = parsed(response.text)
    if 200 <= response.status_code < 300:
        return None, body
    return code_of(body) or f"HTTP_{response.status_code}", None


def told_by_mcp(call, response):
    text = response.text or ""
    if (response.headers.get("content-type") or "").startswith("text/event-stream"):
        text = next((line[5:] for line in reversed(text.splitlines()) if line.startswith("data:")), "")
    message = parsed(text)
    error = message.get("error") if isinstance(message, dict) else None
    if isinstance(error, dict):
        return f"JSONRPC_{error.get('code')}", None
    if not 200 <= response.status_code < 300:
        return code_of(message) or f"HTTP_{response.status_code}", None
    result = message.get("result") if isinstance(message, dict) else None
    if not isinstance(result, dict):
        return ("NO_RESULT" if message is not None else "NOT_JSON"), None
    answer = result.get("structuredContent")
    if answer is None:
        answer = parsed(next((item.get("text") for item in result.get("content") or []), None))
    if result.get("isError"):
        return code_of(answer) or "TOOL_ERROR", None
    # MCP can give a list only as the items of an object.
    return None, answer.get("items", answer) if call["list"] and isinstance(answer, dict) else answer


request, told = {"rest": (rest, told_by_rest), "mcp": (mcp, told_by_mcp)}[SCENARIO["transport"]]
counters, setting_up, prepared, set_up = itertools.count(), BoundedSemaphore(), {}, False


def unsent(name, code):
    """Counts a call that could not be made."""
    events.request.fire(
        request_type="", name=name, response_time=0, response_length=0, response=None, context={}, exception=RuntimeError(code)
    )


def make(user, call, known, name):
    """Makes a call; whether it went as wanted, and its answer."""
    try:
        method, path, headers, body = request(call, known.fill(call["arguments"]))
    except Unfilled:
        unsent(name, "NOTHING_TO_REFER_TO")
        return False, None
    if call["caller"] is not None:
        headers = headers | user.keys[call["caller"]]
    with user.client.request(
        method, path, data=body, headers=headers, name=name, catch_response=True, allow_redirects=False
    ) as response:
        if response.status_code == 0:
            # Locust tells why.
            return False, None
        code, answer = told(call, response)
        if code == call["expect"]:
            response.success()
            return True, answer
        response.failure(code or "NOT_REFUSED")
        return False, None


def each(calls):
    return (call for call in calls for _ in range(call["times"]))


def prepare(user):
    """The calls of the set-up, once in each worker."""
    global set_up
    with setting_up:
        if set_up:
            return
        for call in SCENARIO["setup"]:
            for counter in range(call["times"]):
                good, answer = make(user, call, Known(counter, prepared), f"set-up: {call['tool']}")
                if not good:
                    raise RuntimeError(f"the set-up failed at {call['tool']}")
                if call["as"]:
                    prepared.setdefault(call["as"], []).append(answer)
        set_up = True


class Caller(FastHttpUser):
    """One user, who begins one flow after the other."""

    host = HOST
    wait_time = constant_throughput(float(os.environ.get("FLOWS_PER_SECOND", "1")))
    connection_timeout = network_timeout = 30.0

    def on_start(self):
        try:
            self.keys = [credential(source, self.host) for source in SCENARIO["credentials"]]
            prepare(self)
        except (KeyError, RuntimeError) as error:
            print(f"locustfile.py: {error.args[0]}", file=sys.stderr)
            self.environment.process_exit_code = 3
            self.environment.runner.quit()

    @task
    def flow(self):
        mix = SCENARIO["mix"]
        (flow,) = random.choices(mix, [flow["share"] for flow in mix])
        counter, kept, think = next(counters), {}, None
        for call in each(flow["calls"]):
            if think:
                gevent.sleep(random.uniform(*think))
            good, answer = make(self, call, Known(counter, kept, prepared), call["tool"])
            if not good:
                return
            if call["as"]:
                kept.setdefault(call["as"], []).append(answer)
            think = flow["think"]
