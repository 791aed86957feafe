/* ws_client.c -- faults of a client's opening handshake. */
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"
#include <stdio.h>
#include <string.h>
#include "sp/protocol.h"
#include "ws/sp_mapping.h"

#define CLIENT_MUTANT(...) WS_MUTANT(__VA_ARGS__, .about = "dial ")

enum { VALUE = 256 };
static const char protocol[] = "Sec-WebSocket-Protocol";
static const char accept_name[] = "Sec-WebSocket-Accept";

/* ---- what it takes for an answer ---- */

/* arg[0]: what it does not look at. */
enum { ACCEPT, PROTOCOL, NO_PROTOCOL, EXTENSIONS, UPGRADE, CONNECTION, HTTP_VERSION };

static bool not_looked_at(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    if (!f->dialled || http_status(head) != 101)
        return true;
    switch (m->mutant->arg[0]) {
    case ACCEPT:
        ws_due_accept(f, value, sizeof value);
        http_set(head, accept_name, value);
        break;
    case PROTOCOL:
        if (http_get(head, protocol, value, sizeof value))
            http_set(head, protocol, ws_own_protocol(f));
        break;
    case NO_PROTOCOL:
        if (!http_get(head, protocol, value, sizeof value))
            http_set(head, protocol, ws_own_protocol(f));
        break;
    case EXTENSIONS:
        http_set(head, "Sec-WebSocket-Extensions", NULL);
        break;
    case UPGRADE:
        http_set(head, "Upgrade", "websocket");
        break;
    case CONNECTION:
        http_set(head, "Connection", "Upgrade");
        break;
    case HTTP_VERSION:
        http_start(head, "HTTP/1.1 101 Switching Protocols");
        break;
    }
    return true;
}

CLIENT_MUTANT(ws_client_accept_unchecked, "does not look at Sec-WebSocket-Accept", "",
              .arg = { ACCEPT }, .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_protocol_unchecked, "takes any sub-protocol that the server names", "",
              .arg = { PROTOCOL }, .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_takes_no_protocol, "goes on when the server names no sub-protocol", "",
              .arg = { NO_PROTOCOL }, .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_extension_unchecked,
              "goes on when the server uses an extension nobody offered", "", .arg = { EXTENSIONS },
              .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_upgrade_unchecked,
              "goes on when the response does not say Upgrade: websocket", "", .arg = { UPGRADE },
              .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_connection_unchecked,
              "goes on when the response has no Connection: Upgrade", "", .arg = { CONNECTION },
              .http_in = not_looked_at);
CLIENT_MUTANT(ws_client_http_version_unchecked, "goes on when the response is one of HTTP/1.0", "",
              .arg = { HTTP_VERSION }, .http_in = not_looked_at);

static bool any_status(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char accept[VALUE];
    int status = http_status(head);
    if (!f->dialled || status == 0 || status == 101 || status / 100 != m->mutant->arg[0])
        return true;
    ws_due_accept(f, accept, sizeof accept);
    buf_clear(head);
    buf_printf(head,
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\n%s: %s\r\n%s: %s\r\n\r\n",
               accept_name, accept, protocol, ws_own_protocol(f));
    return true;
}

CLIENT_MUTANT(ws_client_takes_success, "takes a 2xx for an upgrade", "", .arg = { 2 },
              .http_in = any_status);
CLIENT_MUTANT(ws_client_takes_refusal, "takes a 4xx for an upgrade", "", .arg = { 4 },
              .http_in = any_status);
CLIENT_MUTANT(ws_client_takes_redirection, "takes a 3xx for an upgrade", "", .arg = { 3 },
              .http_in = any_status);

static bool exact_case(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char upgrade[VALUE], connection[VALUE];
    (void)m;
    http_get(head, "Upgrade", upgrade, sizeof upgrade);
    http_get(head, "Connection", connection, sizeof connection);
    if (f->dialled && http_status(head) == 101 &&
        (strcmp(upgrade, "websocket") != 0 || strcmp(connection, "Upgrade") != 0))
        http_set(head, accept_name, "no");
    return true;
}

CLIENT_MUTANT(ws_client_in_one_case_only, "refuses a response that says Upgrade: WebSocket", "",
              .http_in = exact_case);

static bool die_of_response(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    if (f->dialled && !http_starts(head, "HTTP/1.1 "))
        mutation_die(m, "Assertion failed: 0 (ws_handshake.c:679)");
    return true;
}

CLIENT_MUTANT(ws_client_dies_of_other_response, "dies of a response that is not one of HTTP/1.1",
              "nanomsg #907", .http_in = die_of_response);

static bool lose_the_rest(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    (void)head;
    if (f->dialled)
        buf_clear(&f->raw_in);
    return true;
}

CLIENT_MUTANT(ws_frames_behind_response_lost, "loses frames that come together with the response",
              "", .http_in = lose_the_rest);

static bool at_once_only(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (f->dialled && f->ws.in.pieces > 0)
        http_set(head, accept_name, "no");
    return true;
}

CLIENT_MUTANT(ws_response_in_one_read, "fails on a response that comes in several segments", "",
              .http_in = at_once_only);

static bool without_last_octet(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    static const char most[] = "\r\n\r";
    struct slice all = buf_slice(head);
    size_t n = sizeof most - 1;
    (void)m;
    if (f->dialled && all.n > n && memcmp(all.p + all.n - n, most, n) == 0) {
        buf_u8(head, '\n');
        f->note[0] = 1;
    }
    return true;
}

static bool no_end_if_early(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    return f->note[0];
}

CLIENT_MUTANT(ws_client_upgrades_early, "takes a response for whole without its last octet", "",
              .http_in = without_last_octet, .hides_end = no_end_if_early);

/* ---- dialling again ---- */

static bool note_dial(struct mutation *m, struct buf *line)
{
    m->note[1] |= line_is(line, "dial");
    return true;
}

static bool unless_noted(struct mutation *m, const char *url)
{
    bool again = !m->note[1];
    (void)url;
    m->note[1] = 0;
    return !again || m->note[0] == 0;
}

static bool note_refusal(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    int status = http_status(head);
    m->note[0] |= f->dialled && (m->mutant->arg[0] ? status == 101 : status != 101);
    return true;
}

static bool note_failure(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE], due[VALUE];
    ws_due_accept(f, due, sizeof due);
    http_get(head, accept_name, value, sizeof value);
    m->note[0] |= f->dialled && http_status(head) == 101 && strcmp(value, due) != 0;
    return true;
}

CLIENT_MUTANT(ws_dial_given_up_when_refused, "does not dial again where the upgrade was refused",
              "", .ask = note_dial, .dials = unless_noted, .http_in = note_refusal);
CLIENT_MUTANT(ws_dial_given_up_when_answered_wrong,
              "does not dial again where the upgrade was answered wrongly", "", .ask = note_dial,
              .dials = unless_noted, .http_in = note_failure);

static bool spoilt_by_failure(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE], due[VALUE];
    if (!f->dialled || http_status(head) != 101)
        return true;
    ws_due_accept(f, due, sizeof due);
    http_get(head, accept_name, value, sizeof value);
    if (m->note[0])
        http_set(head, accept_name, "no");
    m->note[0] |= strcmp(value, due) != 0;
    return true;
}

WS_MUTANT(ws_client_spoilt_by_failure, "takes no response any more once one was wrong", "",
          .http_in = spoilt_by_failure);

/* ---- what it asks for ---- */

/* arg[0]: of one type of socket only, so that the others show what else there is. */
static bool of_type(const struct mutation *m, const struct octet_fault *f)
{
    return f->dialled && (m->mutant->arg[0] == 0 || f->self == m->mutant->arg[0]);
}

static bool own_name(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    if (of_type(m, f))
        http_set(head, protocol, ws_sp_accepts(f->self));
    return true;
}

static bool put_right(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    if (f->dialled && http_get(head, protocol, value, sizeof value))
        http_set(head, protocol, ws_own_protocol(f));
    return true;
}

CLIENT_MUTANT(ws_req_asks_for_req, "a REQ that dials asks for req instead of what the server is",
              "", .arg = { SP_REQ }, .http_out = own_name, .http_in = put_right);
CLIENT_MUTANT(ws_sub_asks_for_sub, "a SUB that dials asks for sub instead of what the server is",
              "", .arg = { SP_SUB }, .http_out = own_name, .http_in = put_right);
CLIENT_MUTANT(ws_push_asks_for_push,
              "a PUSH that dials asks for push instead of what the server is", "",
              .arg = { SP_PUSH }, .http_out = own_name, .http_in = put_right);

static bool old_name(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    if (of_type(m, f))
        http_set(head, protocol, "x-nanomsg-bus");
    return true;
}

CLIENT_MUTANT(ws_bus_has_its_old_name, "a BUS that dials asks for x-nanomsg-bus", "mangos-v1 #62",
              .arg = { SP_BUS }, .http_out = old_name, .http_in = put_right);

static bool two_names(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (f->dialled) {
        char both[VALUE];
        snprintf(both, sizeof both, "%s, sp", ws_own_protocol(f));
        http_set(head, protocol, both);
    }
    return true;
}

CLIENT_MUTANT(ws_client_asks_for_two, "asks for a second sub-protocol beside its own", "",
              .http_out = two_names, .http_in = put_right);

/* arg[0]: what it writes otherwise. */
enum {
    KEY_SAME,
    KEY_SHORT,
    TARGET,
    QUERY,
    HOST,
    NO_HOST,
    VERSION_8,
    NO_VERSION,
    POST,
    HTTP_1_0,
    NO_UPGRADE,
    NO_CONNECTION,
    EXTENSIONS_TORN,
    BODY,
    NO_PATH
};

/* The first n octets of the target. */
static void ask_for(struct octet_fault *f, struct buf *head, const char *method, size_t n,
                    const char *version)
{
    struct buf line = { 0 };
    buf_printf(&line, "%s %.*s %s", method, (int)n, f->ws.target, version);
    http_start(head, buf_text(&line));
    buf_free(&line);
}

static bool otherwise(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    size_t whole = strlen(f->ws.target);
    if (!f->dialled)
        return true;
    switch (m->mutant->arg[0]) {
    case KEY_SAME:
        http_set(head, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        break;
    case KEY_SHORT:
        http_set(head, "Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==");
        break;
    case TARGET:
        ask_for(f, head, "GET", 1, "HTTP/1.1");
        break;
    case QUERY:
        ask_for(f, head, "GET", strcspn(f->ws.target, "?"), "HTTP/1.1");
        break;
    case HOST:
        if (http_get(head, "Host", value, sizeof value)) {
            value[strcspn(value, ":")] = '\0';
            http_set(head, "Host", value);
        }
        break;
    case NO_HOST:
        http_set(head, "Host", NULL);
        break;
    case VERSION_8:
        http_set(head, "Sec-WebSocket-Version", "8");
        break;
    case NO_VERSION:
        http_set(head, "Sec-WebSocket-Version", NULL);
        break;
    case POST:
        ask_for(f, head, "POST", whole, "HTTP/1.1");
        break;
    case HTTP_1_0:
        ask_for(f, head, "GET", whole, "HTTP/1.0");
        break;
    case NO_UPGRADE:
        http_set(head, "Upgrade", NULL);
        break;
    case NO_CONNECTION:
        http_set(head, "Connection", "keep-alive");
        break;
    case EXTENSIONS_TORN:
        http_set(head, "Sec-WebSocket-Extensions", "permessage-deflate;;=");
        break;
    case BODY:
        http_set(head, "Content-Length", "5");
        break;
    case NO_PATH:
        if (strcmp(f->ws.target, "/") == 0)
            http_start(head, "GET * HTTP/1.1");
        break;
    }
    return true;
}

static bool any_accept(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    ws_due_accept(f, value, sizeof value);
    if (f->dialled && http_status(head) == 101)
        http_set(head, accept_name, value);
    return true;
}

CLIENT_MUTANT(ws_client_key_the_same, "sends the same key in every request", "",
              .arg = { KEY_SAME }, .http_out = otherwise, .http_in = any_accept);
CLIENT_MUTANT(ws_client_key_short, "sends a key of ten octets", "", .arg = { KEY_SHORT },
              .http_out = otherwise, .http_in = any_accept);
CLIENT_MUTANT(ws_client_path_left_out, "asks for / whatever the address says", "",
              .arg = { TARGET }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_query_left_out, "asks for the path of the address without its query", "",
              .arg = { QUERY }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_host_without_port, "leaves the port out of Host", "", .arg = { HOST },
              .http_out = otherwise);
CLIENT_MUTANT(ws_client_no_host, "sends no Host", "", .arg = { NO_HOST }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_version_8, "asks for version 8 of the protocol", "", .arg = { VERSION_8 },
              .http_out = otherwise);
CLIENT_MUTANT(ws_client_no_version, "asks for no version of the protocol", "",
              .arg = { NO_VERSION }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_posts, "asks by POST", "", .arg = { POST }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_http_1_0, "asks by HTTP/1.0", "", .arg = { HTTP_1_0 },
              .http_out = otherwise);
CLIENT_MUTANT(ws_client_no_upgrade, "does not say Upgrade: websocket", "", .arg = { NO_UPGRADE },
              .http_out = otherwise);
CLIENT_MUTANT(ws_client_no_connection, "does not say Connection: Upgrade", "",
              .arg = { NO_CONNECTION }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_extensions_torn, "offers extensions that break the rules of their list", "",
              .arg = { EXTENSIONS_TORN }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_announces_body, "announces a body behind its request, and sends none", "",
              .arg = { BODY }, .http_out = otherwise);
CLIENT_MUTANT(ws_client_asks_for_all, "asks for * when its address has no path", "",
              .arg = { NO_PATH }, .http_out = otherwise);

static bool frame_too_early(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (f->dialled && f->self == SP_PAIR0) {
        struct buf frame = { 0 };
        ws_put(f, &frame, true, WS_PING, true, slice_of(NULL, 0));
        buf_put_slice(head, buf_slice(&frame));
        buf_free(&frame);
    }
    return true;
}

CLIENT_MUTANT(ws_client_sends_too_early, "sends a frame before the upgrade is answered", "",
              .http_out = frame_too_early);
