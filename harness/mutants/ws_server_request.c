/* ws_server_request.c -- faults of a server with the first line of a request, with how it comes,
 * and with how the response goes. */
#include "mutants/ws_server.h"
#include <string.h>
#include "sp/protocol.h"

/* ---- the line of the request ---- */

static bool any_method(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && http_starts(head, "POST ")) {
        struct buf start = { 0 };
        buf_printf(&start, "GET %s HTTP/1.1", f->ws.target);
        http_start(head, buf_text(&start));
        http_set(head, "Content-Length", NULL);
        buf_free(&start);
    }
    return true;
}

SERVER_MUTANT(ws_post_accepted, "upgrades a POST like a GET", "", .http_in = any_method);

static bool any_get(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    if (!is_request(f) || !http_starts(head, "GET ") ||
        http_get(head, "Upgrade", value, sizeof value) || http_get(head, key, value, sizeof value))
        return true;
    http_set(head, "Upgrade", "websocket");
    http_set(head, "Connection", "Upgrade");
    http_set(head, version, "13");
    http_set(head, key, some_key);
    http_set(head, protocol, ws_own_protocol(f));
    return true;
}

SERVER_MUTANT(ws_any_get_upgraded, "upgrades every GET", "", .http_in = any_get);

static bool old_status_line(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && http_status(head) == 101)
        http_start(head, "HTTP/1.0 101 Switching Protocols");
    return true;
}

SERVER_MUTANT(ws_upgrades_by_http_1_0, "upgrades by a response of HTTP/1.0", "",
              .http_out = old_status_line);

static bool first_line_has(struct buf *head, const char *text)
{
    const char *all = buf_text(head), *at = strstr(all, text);
    return at && at - all < (ptrdiff_t)strcspn(all, "\r\n");
}

static bool any_http(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && first_line_has(head, "HTTP/1.0")) {
        struct buf start = { 0 };
        buf_printf(&start, "GET %s HTTP/1.1", f->ws.target);
        http_start(head, buf_text(&start));
        buf_free(&start);
    }
    return true;
}

SERVER_MUTANT(ws_http_1_0_accepted, "upgrades a request of HTTP/1.0", "", .http_in = any_http);

static bool die_of_request(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    if (!is_request(f))
        return true;
    bool garbage = !first_line_has(head, " HTTP/1.");
    bool other = !garbage && (!http_starts(head, "GET ") || !first_line_has(head, "HTTP/1.1"));
    if (m->mutant->arg[0] ? garbage : other)
        mutation_die(m, "Assertion failed: 0 (ws_handshake.c:1340)");
    return true;
}

SERVER_MUTANT(ws_dies_of_other_request, "dies of a request that is not GET, or not HTTP/1.1",
              "nanomsg #907", .http_in = die_of_request);
SERVER_MUTANT(ws_dies_of_garbage, "dies of what is not HTTP", "", .arg = { true },
              .http_in = die_of_request);

static bool any_path(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && http_starts(head, "GET ") && first_line_has(head, "HTTP/1.1")) {
        struct buf start = { 0 };
        buf_printf(&start, "GET %s HTTP/1.1", f->ws.target);
        http_start(head, buf_text(&start));
        buf_free(&start);
    }
    return true;
}

SERVER_MUTANT(ws_path_ignored, "serves every path, and not just that of its address",
              "mangos-v1 #96", .http_in = any_path);

/* ---- how it is read and written ---- */

static bool at_once_only(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->ws.in.pieces > 0)
        spoil(head);
    return true;
}

SERVER_MUTANT(ws_request_in_one_read, "refuses a request that comes in several segments", "",
              .http_in = at_once_only);

static bool another_is_silent(const struct octet_fault *f)
{
    for (const struct octet_fault *other = f->m->all; other; other = other->next)
        if (other != f && other->inner && !other->dialled && !other->ws.in.begun)
            return true;
    return false;
}

static bool in_turn(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (!is_request(f) || !another_is_silent(f))
        return true;
    buf_put_slice(&f->kept, buf_slice(head));
    octet_fault_alarm(f, 10);
    return false;
}

static void turn_comes(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (another_is_silent(f)) {
        octet_fault_alarm(f, 10);
        return;
    }
    octet_fault_receive(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

SERVER_MUTANT(ws_silent_client_stalls_all,
              "answers no request while another client has not sent its own", "",
              .http_in = in_turn, .alarm = turn_comes);

static bool without_end(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && http_status(head) >= 400) {
        struct slice all = buf_slice(head);
        struct buf most = { 0 };
        buf_put(&most, all.p, all.n - 2);
        buf_clear(head);
        buf_put_slice(head, buf_slice(&most));
        buf_free(&most);
    }
    return true;
}

SERVER_MUTANT(ws_refusal_without_end, "refuses without the empty line that ends a response", "",
              .http_out = without_end);

static bool greet(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->self == SP_PUSH && http_status(head) == 101) {
        struct buf frame = { 0 };
        ws_put(f, &frame, true, WS_BINARY, true, slice_of("\0SP\0\0\x50\0\0", SP_GREETING_SIZE));
        buf_put_slice(head, buf_slice(&frame));
        buf_free(&frame);
    }
    return true;
}

SERVER_MUTANT(ws_greeting_sent, "sends the SP greeting as its first frame", "", .http_out = greet);
