"""A client that is not ours: Python's standard library drives two emulators through onboarding, clock and webhooks."""

import http.client
import http.server
import json
import queue
import sys
import threading
import urllib.parse
import uuid

DAKOTA, CONDUIT = sys.argv[1:3]


def ask(base, method, path, body=None, **headers):
    """The status, headers and JSON body of one request."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=10)
    headers = {name.replace('_', '-'): value for name, value in headers.items()}
    if body is not None:
        headers['content-type'] = 'application/json'
        body = json.dumps(body)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers, json.loads(text) if text else None


def dakota(method, path, body=None, **headers):
    headers.setdefault('x_api_key', 'emulated-key-of-dakota')
    if method == 'POST':
        headers.setdefault('x_idempotency_key', str(uuid.uuid4()))
    return ask(DAKOTA, method, path, body, **headers)


def conduit(method, path, body=None, **headers):
    headers.setdefault('x_api_key', 'ck_sandbox_emulated-key-of-conduit-v2')
    if method == 'POST':
        headers.setdefault('idempotency_key', str(uuid.uuid4()))
    return ask(CONDUIT, method, path, body, **headers)


def same(actual, expected):
    assert actual == expected, f'expected {expected!r}, got {actual!r}'


events = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers['content-length'])
        events.put((self.path, self.headers, json.loads(self.rfile.read(length))))
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
address = f'http://127.0.0.1:{receiver.server_port}'


def event(kind):
    """The next event of that kind; others may come before it."""
    while True:
        path, headers, body = events.get(timeout=20)
        if body['type'] == kind:
            return path, headers, body


# Dakota: credentials, then a decision by hand, sent twice, and one that the clock takes.
same(dakota('GET', '/customers', x_api_key='wrong')[0], 401)
same(ask(DAKOTA, 'POST', '/_emulator/subscribe', {'url': address + '/dakota'})[0], 201)
status, _, customer = dakota('POST', '/customers', {'name': 'Acme Ltd', 'customer_type': 'business'}, x_sandbox_skip_auto_approval='true')
same(status, 201)
same(dakota('GET', f'/customers/{customer["id"]}')[2]['kyb_status'], 'pending')
decision = {'type': 'kyb_approve', 'applicant_id': customer['application_id'], 'simulation_id': 'sim_1'}
failed = dakota('POST', '/sandbox/simulate/onboarding', decision, x_sandbox_error_status='503')
same(failed[0], 503)
key = str(uuid.uuid4())
first = dakota('POST', '/sandbox/simulate/onboarding', decision, x_idempotency_key=key)
same((first[0], first[2]['previous_state'], first[2]['new_state']), (200, 'pending', 'approved'))
again = dakota('POST', '/sandbox/simulate/onboarding', decision, x_idempotency_key=key)
same((again[0], again[2]), (first[0], first[2]))
same(dakota('GET', f'/customers/{customer["id"]}')[2]['kyb_status'], 'active')
path, headers, _ = event('customer.kyb_status.created')
same(path, '/dakota')
assert headers['X-Webhook-Signature'], 'events are signed'

status, _, second = dakota('POST', '/customers', {'name': 'Bolt Ltd', 'customer_type': 'business'})
same(status, 201)
same(ask(DAKOTA, 'POST', '/_emulator/clock', {'advance': '4900ms'})[0], 200)
same(dakota('GET', f'/customers/{second["id"]}')[2]['kyb_status'], 'pending')
same(ask(DAKOTA, 'POST', '/_emulator/clock', {'advance': '100ms'})[0], 200)
same(dakota('GET', f'/customers/{second["id"]}')[2]['kyb_status'], 'active')

# Conduit: the hour after which an application approves itself; the other emulator's clock went on with it.
status, _, application = conduit('POST', '/v2/onboarding', {'businessInfo': {'legalName': 'Acme Ltd', 'country': 'USA'}})
same((status, application['status']), (202, 'processing'))
clock = ask(CONDUIT, 'POST', '/_emulator/clock', {'advance': '1h'})[2]
same(conduit('GET', f'/v2/applications/{application["id"]}')[2]['status'], 'approved')
same(conduit('GET', f'/v2/customers/{application["customerId"]}')[2]['status'], 'ACTIVE')
same(ask(DAKOTA, 'GET', '/_emulator/clock')[2], clock)

# What the emulators tell of themselves.
status, _, body = ask(CONDUIT, 'GET', '/v2/nothing', x_api_key='ck_sandbox_emulated-key-of-conduit-v2')
same((status, body['error']), (501, 'no_route'))
requests = ask(CONDUIT, 'GET', '/_emulator/requests')[2]['requests']
assert requests[0]['answered_by'].startswith('the route ('), requests[0]
same(ask(DAKOTA, 'PUT', '/_emulator/settings', {'mode': 'production'})[0], 200)
same(dakota('POST', '/sandbox/simulate/onboarding', decision)[0], 403)
same(ask(CONDUIT, 'POST', '/_emulator/reset')[0], 200)
same(conduit('GET', f'/v2/applications/{application["id"]}')[0], 404)
print('done')
