/* ws_server_headers.c -- faults of a server with the headers of a request, but for the
 * sub-protocol. */
#include "mutants/ws_server.h"
#include <string.h>

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
