/* check.c -- the means of the adapter check: asking, waiting, one connection, naming faults. */
#include "core/check.h"
#include "core/codes.h"
#include "core/startable.h"
#include "core/starved.h"
#include "report/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void answered(void *ctx, const char *line, size_t n)
{
    struct check *c = ctx;
    buf_put(&c->answers, line, n);
    buf_u8(&c->answers, '\0');
}

static void died(void *ctx, const char *how)
{
    struct check *c = ctx;
    c->dead = true;
    snprintf(c->died, sizeof c->died, "%s", how);
}

/* Words of the adapter among ours: none of its control characters reaches the terminal. */
void check_fault(struct check *c, const char *name, const char *format, ...)
{
    char what[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    printf("FAULT   %s: ", name);
    text_put(stdout, what, TEXT_LINE);
    putchar('\n');
    c->faults++;
}

static void said(void *ctx, const char *line)
{
    struct check *c = ctx;
    keep_last_words(c->last_words, sizeof c->last_words, line);
    if (!c->verbose)
        return;
    fputs("        stderr: ", stderr);
    text_put(stderr, line, TEXT_LINE);
    fputc('\n', stderr);
}

void check_ok(struct check *c, const char *what)
{
    (void)c;
    printf("ok      %s\n", what);
}

void check_left(struct check *c, const char *what, const char *why)
{
    if (!c->over)
        printf("left    %s: %s\n", what, why);
}

bool check_has(const struct check *c, const char *feature)
{
    char word[64];
    const char *all = c->features.n ? (const char *)buf_slice(&c->features).p : "";
    snprintf(word, sizeof word, " %s ", feature);
    return strstr(all, word) != NULL;
}

bool check_is_ok(const char *answer)
{
    return answer && strncmp(answer, "ok", 2) == 0 && (answer[2] == ' ' || answer[2] == '\0');
}

bool check_is_na(const char *answer)
{
    return answer && (strcmp(answer, "na") == 0 || strncmp(answer, "na ", 3) == 0);
}

bool check_is_err(const char *answer, const char *code)
{
    if (!answer || strncmp(answer, "err ", 4) != 0)
        return false;
    return code_is_one_of(code ? code : CODES_ALL, answer + 4, strcspn(answer + 4, " "));
}

static void run_until(struct check *c, msec deadline, bool (*done)(void *), void *ctx)
{
    while (!done(ctx) && net_now(c->net) < deadline)
        net_step(c->net, deadline);
}

static bool something(void *ctx)
{
    struct check *c = ctx;
    return c->answers.n > 0 || c->dead;
}

void check_send(struct check *c, const char *line)
{
    c->asked++;
    if (!c->dead)
        port_ask(c->port, line);
}

const char *check_next(struct check *c, int64_t ms)
{
    static char taken[4096];
    run_until(c, msec_after(net_now(c->net), ms), something, c);
    if (c->answers.n == 0)
        return NULL;
    const char *line = (const char *)buf_slice(&c->answers).p;
    size_t n = strlen(line);
    snprintf(taken, sizeof taken, "%s", line);
    buf_drop(&c->answers, n + 1);
    return taken;
}

const char *check_fair_next(struct check *c, int64_t ms)
{
    struct starvation starvation = { 0 };
    long pid = port_pid(c->port);
    starvation_begin(&starvation, pid, net_now(c->net));
    const char *answer = check_next(c, ms);
    while (!answer && !c->dead && (ms = starvation_extends(&starvation, pid, net_now(c->net))) > 0)
        answer = check_next(c, ms);
    starvation_free(&starvation);
    return answer;
}

const char *check_ask(struct check *c, int64_t ms, const char *format, ...)
{
    char line[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (c->over)
        return NULL;
    if (c->answers.n > 0) {
        check_fault(c, "chatty",
                    "it wrote `%.60s` on standard output where nothing was asked; exactly one "
                    "line answers one request, everything else belongs on stderr",
                    (const char *)buf_slice(&c->answers).p);
        buf_clear(&c->answers);
    }
    check_send(c, line);
    const char *answer = check_fair_next(c, ms);
    if (!answer && c->dead && c->asked == 1) {
        fprintf(stderr, "spconform check: %s: it ended before it said hello: %s%s%s%s\n",
                c->command, c->died, c->last_words[0] ? "; its last words: `" : "", c->last_words,
                c->last_words[0] ? "`" : "");
        c->over = c->unstarted = true;
    } else if (!answer && c->dead) {
        check_fault(c, "dies",
                    "`%.60s`: the adapter ended (%s); an adapter answers `err` or `na` and goes on",
                    line, c->died);
        c->over = true;
    } else if (!answer) {
        check_fault(c, "silent",
                    "`%.60s`: no answer within %lld ms; is standard output flushed after each "
                    "line, and does the call return in its time?",
                    line, (long long)ms);
        c->over = true;
    }
    if (answer && c->verbose) {
        char what[160];
        snprintf(what, sizeof what, "        %.70s  ->  %.70s", line, answer);
        text_put(stdout, what, TEXT_LINE);
        putchar('\n');
    }
    return answer;
}

/* ---- our connection ---- */

static void wire_ready(void *ctx, unsigned events)
{
    struct check_wire *w = ctx;
    (void)events;
    while (!w->ended) {
        uint8_t *room = buf_room(&w->in, 65536);
        ptrdiff_t n = room ? stream_read(w->stream, room, 65536) : -E_AGAIN;
        if (n == -E_AGAIN)
            break;
        if (n > 0)
            buf_grew(&w->in, (size_t)n);
        else {
            w->ended = true;
            w->refused = n == -E_REFUSED;
        }
    }
    stream_want(w->stream, w->ended ? 0 : STREAM_READABLE);
}

static bool connected(void *ctx)
{
    struct check_wire *w = ctx;
    return w->ended || stream_connected(w->stream);
}

void check_until(struct check *c, int64_t ms, bool (*done)(void *), void *ctx)
{
    run_until(c, msec_after(net_now(c->net), ms), done, ctx);
}

void check_wire_begin(struct check_wire *w, struct stream *stream)
{
    w->stream = stream;
    stream_watch(stream, wire_ready, w);
    stream_want(stream, STREAM_READABLE | STREAM_WRITABLE);
}

bool check_wire_dial(struct check *c, struct check_wire *w, const char *url)
{
    struct stream *stream;
    memset(w, 0, sizeof *w);
    if (net_dial(c->net, url, &stream) != E_OK)
        return false;
    check_wire_begin(w, stream);
    run_until(c, msec_after(net_now(c->net), 3000), connected, w);
    return stream_connected(w->stream) && !w->refused;
}

void check_wire_send(struct check *c, struct check_wire *w, const void *p, size_t n)
{
    struct slice all = slice_of(p, n);
    msec deadline = msec_after(net_now(c->net), 3000);
    while (all.n > 0 && net_now(c->net) < deadline && !w->ended) {
        ptrdiff_t k = stream_write(w->stream, &all, 1);
        if (k == -E_AGAIN) {
            stream_want(w->stream, STREAM_READABLE | STREAM_WRITABLE);
            net_step(c->net, deadline);
        } else if (k < 0) {
            return;
        } else {
            all = slice_drop(all, (size_t)k);
        }
    }
}

struct amount {
    struct check_wire *w;
    size_t octets;
};

static bool enough(void *ctx)
{
    struct amount *a = ctx;
    return a->w->ended || a->w->in.n >= a->octets;
}

bool check_wire_wait(struct check *c, struct check_wire *w, size_t octets, int64_t ms)
{
    struct amount a = { w, octets };
    run_until(c, msec_after(net_now(c->net), ms), enough, &a);
    return w->in.n >= octets;
}

bool check_wire_ends(struct check *c, struct check_wire *w, int64_t ms)
{
    struct amount a = { w, SIZE_MAX };
    run_until(c, msec_after(net_now(c->net), ms), enough, &a);
    return w->ended;
}

void check_wire_close(struct check_wire *w)
{
    if (w->stream)
        stream_close(w->stream);
    if (w->listener)
        listener_close(w->listener);
    buf_free(&w->in);
    memset(w, 0, sizeof *w);
}

/* ---- all of it ---- */

int check_adapter(struct check *c)
{
    struct buf why = { 0 };
    c->net = net_os_new();
    if (!startable(c->command, &why)) {
        fprintf(stderr, "spconform check: %s\n", buf_text(&why));
        buf_free(&why);
        return 2;
    }
    if (!make_folder(c->scratch)) {
        fprintf(stderr, "spconform check: %s cannot be made: %s\n", c->scratch, strerror(errno));
        c->scratch[0] = '\0';
        return 2;
    }
    c->port = c->net ? port_process(c->net, c->command, &why) : NULL;
    if (!c->port) {
        fprintf(stderr, "spconform check: %s\n",
                why.n ? buf_text(&why) : "out of memory or descriptors");
        buf_free(&why);
        return 2;
    }
    c->port->answered = answered;
    c->port->died = died;
    c->port->said = said;
    c->port->ctx = c;
    setvbuf(stdout, NULL, _IOLBF, 0);
    check_conversation(c);
    if (!c->over)
        check_sockets(c);
    if (!c->over)
        check_messages(c);
    if (!c->over)
        check_reset(c);
    if (!c->over)
        check_end(c);
    if (c->unstarted)
        return 2;
    text_put(stdout, c->name[0] ? c->name : c->command, TEXT_LINE);
    if (c->faults)
        printf(": %u fault%s\n", c->faults, c->faults == 1 ? "" : "s");
    else
        puts(": well-behaved");
    return c->faults ? 1 : 0;
}

void check_free(struct check *c)
{
    port_free(c->port);
    if (c->scratch[0])
        rmdir(c->scratch);
    if (c->net)
        net_free(c->net);
    buf_free(&c->answers);
    buf_free(&c->features);
}
