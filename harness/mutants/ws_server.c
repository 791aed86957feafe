/* ws_server.c -- faults of a server's opening handshake.  What is to be refused and is accepted, is
 * made good before the reference sees it; what is to be accepted is spoilt. */
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "sp/protocol.h"
#include "ws/sp_mapping.h"

#define SERVER_MUTANT(...) WS_MUTANT(__VA_ARGS__, .about = "listen ")

enum { VALUE = 256 };
static const char protocol[] = "Sec-WebSocket-Protocol";
static const char key[] = "Sec-WebSocket-Key";
static const char version[] = "Sec-WebSocket-Version";
static const char some_key[] = "bXV0YW50IG9mIDE2IG9jdA==";

static bool is_request(const struct octet_fault *f)
{
    return !f->dialled;
}

static void spoil(struct buf *head)
{
    http_set(head, protocol, "refuse.this");
}

/* ---- the sub-protocol ---- */

static bool names_own(const struct octet_fault *f, const char *offers)
{
    const char *own = ws_own_protocol(f);
    size_t n = strlen(own);
    for (const char *p = offers; *p; p++)
        if (strncasecmp(p, own, n) == 0)
            return true;
    return false;
}

/* arg[0]: a name of SP. */
static bool accept_other(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    if (is_request(f) && http_get(head, protocol, offers, sizeof offers) && !names_own(f, offers) &&
        (ws_sp_type(offers) != 0) == m->mutant->arg[0]) {
        http_set(head, protocol, ws_own_protocol(f));
        f->note[0] = 1;
    }
    return true;
}

/* Answers with what was offered. */
static bool echo_offer(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->note[0] && http_status(head) == 101)
        http_set(head, protocol, f->ws.protocols);
    return true;
}

SERVER_MUTANT(ws_wrong_protocol_accepted,
              "serves clients that ask for a sub-protocol of SP other than its own", "",
              .arg = { true }, .http_in = accept_other, .http_out = echo_offer);

SERVER_MUTANT(ws_unknown_protocol_accepted, "serves clients whatever sub-protocol they ask for", "",
              .arg = { false }, .http_in = accept_other, .http_out = echo_offer);

static bool accept_alike(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, protocol, offers, sizeof offers) && names_own(f, offers))
        http_set(head, protocol, ws_own_protocol(f));
    return true;
}

SERVER_MUTANT(ws_protocol_found_anywhere, "finds its sub-protocol within longer words", "",
              .http_in = accept_alike);

static bool accept_none(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    (void)m;
    if (is_request(f) && !http_get(head, protocol, offers, sizeof offers)) {
        http_set(head, protocol, ws_own_protocol(f));
        f->note[0] = 1;
    }
    return true;
}

static bool answer_none(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->note[0])
        http_set(head, protocol, NULL);
    return true;
}

SERVER_MUTANT(ws_missing_protocol_accepted, "serves clients that ask for no sub-protocol", "",
              .http_in = accept_none, .http_out = answer_none);

static bool accept_any(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    (void)m;
    http_get(head, protocol, offers, sizeof offers);
    if (is_request(f) && !names_own(f, offers)) {
        http_set(head, protocol, ws_own_protocol(f));
        f->note[0] = 1;
    }
    return true;
}

static bool say_400(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->note[0] && http_status(head) == 101) {
        buf_clear(head);
        buf_printf(head, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    }
    return true;
}

SERVER_MUTANT(ws_serves_what_it_refused,
              "answers a wrong sub-protocol with 400, and then takes the connection for a pipe", "",
              .http_in = accept_any, .http_out = say_400);

static bool refuse_lists(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, protocol, offers, sizeof offers) && strchr(offers, ','))
        spoil(head);
    return true;
}

SERVER_MUTANT(ws_protocol_list_refused,
              "takes a list of sub-protocols for one name, and refuses it", "",
              .http_in = refuse_lists);

static bool last_line(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    static const char name[] = "\nsec-websocket-protocol:";
    char last[VALUE] = "";
    size_t lines = 0;
    (void)m;
    if (!is_request(f))
        return true;
    for (const char *p = buf_text(head); *p; p++)
        if (strncasecmp(p, name, sizeof name - 1) == 0) {
            lines++;
            snprintf(last, sizeof last, "%.*s", (int)strcspn(p + sizeof name, "\r\n"),
                     p + sizeof name);
        }
    if (lines > 1)
        http_set(head, protocol, last);
    return true;
}

SERVER_MUTANT(ws_protocol_lines_last_only,
              "looks at the last of several lines with sub-protocols only", "",
              .http_in = last_line);

static bool answer_list(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && http_status(head) == 101 && strchr(f->ws.protocols, ','))
        http_set(head, protocol, f->ws.protocols);
    return true;
}

SERVER_MUTANT(ws_protocol_list_answered, "answers with the whole list of sub-protocols offered", "",
              .http_out = answer_list);

static bool answer_without(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f))
        http_set(head, protocol, NULL);
    return true;
}

SERVER_MUTANT(ws_protocol_not_answered, "upgrades without saying which sub-protocol it speaks", "",
              .http_out = answer_without);

static bool other_pair1(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char offers[VALUE];
    (void)m;
    if (is_request(f) && f->self == SP_PAIR1 && http_get(head, protocol, offers, sizeof offers)) {
        if (strcmp(offers, "pair1.sp.nanomsg.org") == 0)
            spoil(head);
    }
    return true;
}

SERVER_MUTANT(ws_pair1_has_another_name, "calls PAIR v1 by another name than everybody", "",
              .http_in = other_pair1);

/* ---- other headers ---- */

static bool is_good_key(const char *value)
{
    return strlen(value) == 24 && strcmp(value + 22, "==") == 0 && strchr("AQgw", value[21]) &&
           strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == 22;
}

static bool any_key(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, key, value, sizeof value) && !is_good_key(value)) {
        http_set(head, key, some_key);
        f->note[0] = 1;
    }
    return true;
}

static bool accept_for_it(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char accept[VALUE];
    (void)m;
    ws_due_accept(f, accept, sizeof accept);
    if (is_request(f) && f->note[0] && http_status(head) == 101)
        http_set(head, "Sec-WebSocket-Accept", accept);
    return true;
}

SERVER_MUTANT(ws_key_unchecked, "takes any text for a key, not just 16 octets in base64", "",
              .http_in = any_key, .http_out = accept_for_it);

/* arg[0]: which header is put in where it is missing. */
enum { KEY, VERSION, HOST };

static bool put_in(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    static const char *const wanted[][2] = {
        [KEY] = { key, some_key }, [VERSION] = { version, "13" }, [HOST] = { "Host", "localhost" }
    };
    char value[VALUE];
    const char *const *this = wanted[m->mutant->arg[0]];
    if (is_request(f) && !http_get(head, this[0], value, sizeof value))
        http_set(head, this[0], this[1]);
    return true;
}

SERVER_MUTANT(ws_key_missing_accepted, "upgrades a request without a key", "", .arg = { KEY },
              .http_in = put_in);
SERVER_MUTANT(ws_version_missing_accepted, "upgrades a request without a version", "",
              .arg = { VERSION }, .http_in = put_in);
SERVER_MUTANT(ws_host_missing_accepted, "upgrades a request without a Host", "", .arg = { HOST },
              .http_in = put_in);

static bool any_version(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, version, value, sizeof value))
        http_set(head, version, "13");
    return true;
}

SERVER_MUTANT(ws_version_unchecked, "upgrades a request of any version of the protocol", "",
              .http_in = any_version);

static bool note_version(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    (void)m;
    f->note[0] =
        is_request(f) && http_get(head, version, value, sizeof value) && strcmp(value, "13") != 0;
    if (f->note[0])
        buf_printf(&f->kept, "%s", value);
    return true;
}

static bool echo_version(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f) && f->note[0])
        http_set(head, version, buf_text(&f->kept));
    return true;
}

SERVER_MUTANT(ws_version_echoed, "refuses another version by naming that, and not its own", "",
              .http_in = note_version, .http_out = echo_version);

/* arg[0]: Upgrade, or Connection; arg[1]: which of them are let through. */
enum { UPGRADE, CONNECTION };

static const char *const names[] = { "Upgrade", "Connection" };
static const char *const words[] = { "websocket", "Upgrade" };

static bool any_word(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    int64_t which = m->mutant->arg[0];
    if (is_request(f) && http_starts(head, "GET "))
        http_set(head, names[which], words[which]);
    return true;
}

SERVER_MUTANT(ws_upgrade_unchecked, "upgrades a request that does not ask for it", "",
              .arg = { UPGRADE }, .http_in = any_word);
SERVER_MUTANT(ws_connection_unchecked, "upgrades a request whose Connection does not say Upgrade",
              "", .arg = { CONNECTION }, .http_in = any_word);

static bool exact_word(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    int64_t which = m->mutant->arg[0];
    if (is_request(f) && http_get(head, names[which], value, sizeof value) &&
        strcmp(value, words[which]) != 0)
        http_set(head, names[which], "close");
    return true;
}

SERVER_MUTANT(ws_upgrade_in_one_case_only, "refuses Upgrade: WebSocket", "", .arg = { UPGRADE },
              .http_in = exact_word);
SERVER_MUTANT(ws_connection_alone_only, "refuses Connection: keep-alive, Upgrade", "nanomsg #783",
              .arg = { CONNECTION }, .http_in = exact_word);

static bool refuse_origin(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char origin[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, "Origin", origin, sizeof origin))
        spoil(head);
    return true;
}

SERVER_MUTANT(ws_foreign_origin_refused, "refuses clients with an Origin that is not its own",
              "mangos-v1 #265", .http_in = refuse_origin);

static bool note_deflate(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char value[VALUE];
    f->note[0] = is_request(f) && http_get(head, "Sec-WebSocket-Extensions", value, sizeof value);
    if (f->note[0] && m->mutant->arg[0])
        spoil(head);
    return true;
}

static bool agree_to_deflate(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (f->note[0] && http_status(head) == 101)
        http_set(head, "Sec-WebSocket-Extensions", "permessage-deflate");
    return true;
}

SERVER_MUTANT(ws_deflate_agreed, "agrees to compress messages, which it does not", "",
              .http_in = note_deflate, .http_out = agree_to_deflate);
SERVER_MUTANT(ws_extension_offer_refused, "refuses clients that offer an extension", "",
              .arg = { true }, .http_in = note_deflate);

static bool other_accept(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char accept[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, "Sec-WebSocket-Accept", accept, sizeof accept)) {
        accept[strcspn(accept, "=")] = '\0';
        http_set(head, "Sec-WebSocket-Accept", accept);
    }
    return true;
}

SERVER_MUTANT(ws_accept_of_key_without_padding, "leaves the padding of Sec-WebSocket-Accept out",
              "", .http_out = other_accept);

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

static bool last_host(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    char hosts[VALUE];
    (void)m;
    if (is_request(f) && http_get(head, "Host", hosts, sizeof hosts) && strchr(hosts, ','))
        http_set(head, "Host", "localhost");
    return true;
}

SERVER_MUTANT(ws_two_hosts_accepted, "takes a request with two Hosts", "", .http_in = last_host);

static bool no_extensions(struct mutation *m, struct octet_fault *f, struct buf *head)
{
    (void)m;
    if (is_request(f))
        http_set(head, "Sec-WebSocket-Extensions", NULL);
    return true;
}

SERVER_MUTANT(ws_extensions_unread, "does not read what extensions a request offers", "",
              .http_in = no_extensions);

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
