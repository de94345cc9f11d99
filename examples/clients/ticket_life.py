#!/usr/bin/env python3
"""A ticket's life with Python's requests (Debian: python3-requests): create, build, fail, retry, complete.

    STAMP_URL=http://localhost:8000 python3 examples/clients/ticket_life.py

Exit code 0 when everything went as written here.
"""
import os
import uuid

import requests

BASE = os.environ.get("STAMP_URL", "http://localhost:8000")
API = BASE + "/api/v1"

http = requests.Session()


def call(method, path, body=None, wanted=None):
    """One call; every write has a key of its own, so that a repeat would be safe."""
    headers = {} if method == "GET" else {"Idempotency-Key": str(uuid.uuid4())}
    reply = http.request(method, API + path, json=body, headers=headers, timeout=60)
    if wanted is None:
        reply.raise_for_status()
    else:
        assert reply.status_code == wanted, (method, path, reply.status_code, reply.text)
    return reply


created = call("POST", "/bundle/", {
    "owner": "alice@example.com",
    "title": "A change from Python",
    "subtickets": [{"sourcepackage": "python3-defaults", "version": "3.11.2-1", "assignee": "alice@example.com"}],
})
assert created.status_code == 201
ticket = created.json()
assert created.headers["Location"] == f"{API}/ticket/{ticket['id']}/"
subticket = ticket["subtickets"][0]["id"]
print(f"{ticket['key']} created")

call("PATCH", f"/updatesubticketstatus/{subticket}/", {
    "current_workflow_step": 999, "status": 999, "reason": "dh_auto_test failed", "log": "http://ci.example/py.log",
})
failed = call("GET", f"/ticket/{ticket['key']}/").json()
assert (failed["current_workflow_step"], failed["failure"]["summary"]) == ("999", "dh_auto_test failed"), failed
print(f"{ticket['key']} failed: {failed['failure']['summary']}")

call("PATCH", f"/updatesubticketstatus/{subticket}/", {"current_workflow_step": 200, "status": 1000})
ready = call("GET", f"/ticket/{ticket['id']}/", None)
assert ready.json()["status"] == "1000", ready.text

# Somebody who saw an older version is told so.
stale = http.patch(f"{API}/updateticketstatus/{ticket['id']}/", json={"current_workflow_step": "300"},
                   headers={"If-Match": '"1"'}, timeout=60)
assert stale.status_code == 412, stale.text

for step in ("300", "400", "500"):
    call("PATCH", f"/updateticketstatus/{ticket['id']}/", {"current_workflow_step": step, "status": "000"}, 202)
call("PATCH", f"/updateticketstatus/{ticket['id']}/", {"current_workflow_step": "1000", "status": "1000"}, 202)
still_open = call("GET", f"/opentickets/?id={ticket['id']}").json()
assert still_open["meta"]["total_count"] == 0, still_open
history = call("GET", f"/ticket/{ticket['id']}/history/?limit=0").json()["objects"]
print(f"{ticket['key']} complete after {len(history)} changes")
