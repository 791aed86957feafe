#include "core/diagram.h"
#include <string.h>
#include "core/script.h"

/* Between whom a step passes: the application, the implementation, the peer; or a remark. */
enum way { APP_TO_IUT, IUT_TO_APP, PEER_TO_IUT, IUT_TO_PEER, BOTH, REMARK };

/* How one call is drawn.  In `label` %N is the N-th argument (from 0, without its quotes), %* the
 * arguments from the second on, and %= the variable that the result is assigned to. */
static const struct drawn {
    const char *name;
    enum way way;
    int who; /* the argument that names the socket or peer, -1: the result */
    const char *label;
} drawings[] = {
    { "iut_open", APP_TO_IUT, -1, "open %*" },
    { "iut_context", APP_TO_IUT, -1, "a context of %0" },
    { "iut_send", APP_TO_IUT, 0, "%1" },
    { "iut_send_seq", APP_TO_IUT, 0, "%1 octets" },
    { "iut_send_raw", APP_TO_IUT, 0, "%1 | %2" },
    { "iut_expect", IUT_TO_APP, 0, "%1" },
    { "iut_expect_seq", IUT_TO_APP, 0, "%1 octets" },
    { "iut_expect_raw", IUT_TO_APP, 0, "%1 | %2" },
    { "iut_send_fails", IUT_TO_APP, 0, "send %2 fails: %3" },
    { "iut_recv_fails", IUT_TO_APP, 0, "receive fails: %2" },
    { "iut_set", APP_TO_IUT, 0, "set %1 %2" },
    { "iut_try_set", APP_TO_IUT, 0, "set %1 %2, or refused" },
    { "iut_close", APP_TO_IUT, 0, "close" },
    { "iut_listen", APP_TO_IUT, 0, "listen" },
    { "iut_listen_fails", IUT_TO_APP, 0, "listen fails: %2" },
    { "iut_dial", APP_TO_IUT, 0, "dial" },
    { "iut_device", APP_TO_IUT, -1, "device %0 %1" },
    { "iut_begin_recv", APP_TO_IUT, 0, "receive" },
    { "iut_begin_send", APP_TO_IUT, 0, "%2" },
    { "iut_end_expect", IUT_TO_APP, 0, "%1" },
    { "iut_end_ok", IUT_TO_APP, 0, "done" },
    { "iut_end_fails", IUT_TO_APP, 0, "fails: %1" },
    { "iut_try_send", APP_TO_IUT, 0, "%2, or refused" },
    { "iut_try_send_raw", APP_TO_IUT, 0, "%2 | %3, or refused" },
    { "iut_try_send_seq", APP_TO_IUT, 0, "%2 octets, or refused" },
    { "iut_try_recv", IUT_TO_APP, 0, "a message, or none" },
    { "iut_fresh", REMARK, -1, "a new process" },
    { "attach_raw", BOTH, -1, "connected" },
    { "attach", BOTH, -1, "greetings, peer as %1" },
    { "attach_unchecked", BOTH, -1, "greetings, peer as %1" },
    { "reattach_raw", BOTH, -1, "connected anew" },
    { "reattach", BOTH, -1, "greetings anew, as %1" },
    { "accept_raw", IUT_TO_PEER, -1, "connects" },
    { "dial_raw", PEER_TO_IUT, -1, "connects" },
    { "start_listening", REMARK, -1, "the peer listens" },
    { "stop_listening", REMARK, -1, "the peer listens no more" },
    { "expect_refused", PEER_TO_IUT, -1, "connects: refused" },
    { "wire_send", PEER_TO_IUT, 0, "%1" },
    { "wire_send_octets", PEER_TO_IUT, 0, "%2 octets" },
    { "wire_trickle", PEER_TO_IUT, 0, "%1 octet by octet" },
    { "wire_expect", IUT_TO_PEER, 0, "%1" },
    { "wire_finish", PEER_TO_IUT, 0, "FIN" },
    { "wire_reset", PEER_TO_IUT, 0, "RST" },
    { "wire_close", PEER_TO_IUT, 0, "closes" },
    { "wire_urgent", PEER_TO_IUT, 0, "urgent %1" },
    { "wire_pause", REMARK, 0, "the peer stops reading" },
    { "wire_resume", REMARK, 0, "the peer reads again" },
    { "sp_send", PEER_TO_IUT, 0, "%1" },
    { "sp_send_seq", PEER_TO_IUT, 0, "%1 and %2 octets" },
    { "sp_claim", PEER_TO_IUT, 0, "a length of %1, no body" },
    { "sp_expect", IUT_TO_PEER, 0, "%1" },
    { "sp_expect_seq", IUT_TO_PEER, 0, "%1 and %2 octets" },
    { "sp_expect_on_any", IUT_TO_PEER, -1, "%0" },
    { "expect_closed", IUT_TO_PEER, 0, "closes" },
    { "expect_closed_within", IUT_TO_PEER, 0, "closes within %1 ms" },
    { "closes_within", IUT_TO_PEER, 0, "closes, or not" },
    { "expect_open", REMARK, 0, "still open" },
    { "expect_quiet", REMARK, 0, "nothing for %1 ms: %2" },
    { "expect_elapsed", REMARK, -1, "%2 to %3 ms after `%1`" },
    { "let_pass", REMARK, -1, "%1 ms pass: %2" },
    { "expect_served", BOTH, 1, "request %2 is answered" },
};
enum { DRAWINGS = sizeof(drawings) / sizeof(drawings[0]) };

/* ENDS: the columns of an arrow beyond its label: head, dashes and a space on each side. */
enum { LABEL_MAX = 160, ENDS = 8, LEAST = 20, LEFT_MAX = 44, RIGHT_MAX = 60 };

struct step {
    enum way way;
    char label[LABEL_MAX];
};

/* The script as it is walked, twice: for the widths, then for the arrows. */
struct walk {
    const char *at;
    const char *names[DRAWINGS + 1];
    size_t sockets, peers; /* with contexts; more than one: arrows say which */
};

static void append(char *label, const char *text, size_t n)
{
    size_t used = strlen(label);
    if (n > LABEL_MAX - 1 - used)
        n = LABEL_MAX - 1 - used;
    memcpy(label + used, text, n);
    label[used + n] = '\0';
}

static void append_argument(char *label, const char *arg);

/* value(t, "%s 'fine'", id): the format with the arguments in it. */
static bool append_value(char *label, const char *arg)
{
    static const char *const names[] = { "value", NULL };
    struct call_text call;
    size_t n, next = 2;
    if (strncmp(arg, "value(", 6) != 0 || !next_call(&arg, names, &call) || call.count < 2)
        return false;
    for (const char *p = call.args[1] + 1; *p && p[1]; p++) {
        bool itself = p[0] == '%' && p[1] == '%';
        if (*p != '%' || itself || next == call.count) {
            append(label, p, 1);
            p += itself;
            continue;
        }
        n = strcspn(p, "sdiucxX"); /* the conversion ends with its letter */
        append_argument(label, call.args[next++]);
        p += p[n] ? n : n - 1;
    }
    return true;
}

/* An argument as it reads: a string or a character without its quotes, anything else as it stands.
 */
static void append_argument(char *label, const char *arg)
{
    size_t n = strlen(arg);
    if (n >= 2 && (arg[0] == '"' || arg[0] == '\'') && arg[n - 1] == arg[0])
        append(label, arg + 1, n - 2);
    else if (!append_value(label, arg))
        append(label, arg, n);
}

static void fill_label(char *label, const char *format, const struct call_text *call)
{
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            append(label, p, 1);
            continue;
        }
        p++;
        if (*p == '*') {
            for (size_t i = 1; i < call->count; i++) {
                if (i > 1)
                    append(label, " ", 1);
                append_argument(label, call->args[i]);
            }
        } else if ((size_t)(*p - '0') < call->count) {
            append_argument(label, call->args[*p - '0']);
        }
    }
}

static const char *name_of(const struct drawn *d, const struct call_text *call)
{
    if (d->who < 0)
        return call->result;
    return (size_t)d->who < call->count ? call->args[d->who] : "";
}

static bool about_peer(enum way way)
{
    return way == PEER_TO_IUT || way == IUT_TO_PEER || way == BOTH;
}

static bool next_step(struct walk *w, struct step *out)
{
    struct call_text call;
    if (!next_call(&w->at, w->names, &call))
        return false;
    const struct drawn *d = drawings;
    while (strcmp(d->name, call.name) != 0)
        d++;
    out->way = d->way;
    out->label[0] = '\0';
    const char *name = name_of(d, &call);
    if (*name && (about_peer(d->way) ? w->peers > 1 : w->sockets > 1)) {
        append(out->label, name, strlen(name));
        append(out->label, ": ", 2);
    }
    fill_label(out->label, d->label, &call);
    return true;
}

static void begin(struct walk *w, const char *script)
{
    *w = (struct walk){ .at = script };
    for (size_t i = 0; i < DRAWINGS; i++)
        w->names[i] = drawings[i].name;
    static const char *const makers[] = {
        "iut_open",   "iut_context",  "attach_raw", "attach",   "attach_unchecked",
        "accept_raw", "reattach_raw", "reattach",   "dial_raw", NULL
    };
    const char *at = script;
    struct call_text call;
    while (next_call(&at, makers, &call)) {
        if (strncmp(call.name, "iut_", 4) == 0)
            w->sockets++;
        else
            w->peers += strchr(call.result, '[') ? 2 : 1; /* an element: of several */
    }
}

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

/* "-- label --->", "<--- label --", "<-- label -->" in exactly `width` columns. */
static void put_arrow(FILE *out, const char *label, size_t width, bool left, bool right)
{
    size_t n = at_most(strlen(label), width - ENDS);
    bool cut = n < strlen(label);
    fprintf(out, "%c-- %.*s%s ", left ? '<' : '-', (int)(cut ? n - 3 : n), label, cut ? "..." : "");
    for (size_t i = n + ENDS; i < width; i++)
        fputc('-', out);
    fprintf(out, "--%c", right ? '>' : '-');
}

static void put_step(FILE *out, const struct step *s, size_t left, size_t right)
{
    const char *gap = "";
    fputs("     |", out);
    switch (s->way) {
    case APP_TO_IUT:
    case IUT_TO_APP:
        put_arrow(out, s->label, left, s->way == IUT_TO_APP, s->way == APP_TO_IUT);
        fprintf(out, "|%*s|", (int)right, gap);
        break;
    case PEER_TO_IUT:
    case IUT_TO_PEER:
    case BOTH:
        fprintf(out, "%*s|", (int)left, gap);
        put_arrow(out, s->label, right, s->way != IUT_TO_PEER, s->way != PEER_TO_IUT);
        fputc('|', out);
        break;
    case REMARK:
        fprintf(out, "%*s|%*s|  %s", (int)left, gap, (int)right, gap, s->label);
        break;
    }
    fputc('\n', out);
}

void diagram_draw(const char *script, FILE *out)
{
    struct walk w;
    struct step s;
    size_t left = 0, right = 0, steps = 0;
    for (begin(&w, script); next_step(&w, &s); steps++) {
        size_t *width = about_peer(s.way) ? &right : &left;
        if (s.way != REMARK && strlen(s.label) > *width)
            *width = strlen(s.label);
    }
    if (steps == 0)
        return;
    left = at_most(left + ENDS < LEAST ? LEAST : left + ENDS, LEFT_MAX);
    right = at_most(right + ENDS < LEAST ? LEAST : right + ENDS, RIGHT_MAX);
    /* The middle of each name stands over its line. */
    fprintf(out, "application%*simplementation%*speer\n", (int)(left - 12), "", (int)(right - 8),
            "");
    for (begin(&w, script); next_step(&w, &s);)
        put_step(out, &s, left, right);
}
