/* ws_server_protocol.c -- faults of a server with the sub-protocol that it is asked for. */
#include "mutants/ws_server.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "sp/protocol.h"
#include "ws/sp_mapping.h"

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
