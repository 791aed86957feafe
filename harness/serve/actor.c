#include "serve/actor.h"
#include "core/startable.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STACK = 128 * 1024 };

static void fail(struct actor *a, bool lacks, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct actor *a, bool lacks, const char *format, ...)
{
    char why[512];
    va_list args;
    if (a->gone || a->cast->over)
        return;
    a->gone = true;
    a->cast->over = !lacks;
    int n =
        snprintf(why, sizeof why, "%.200s, %s: ", a->name[0] ? a->name : a->cast->command, a->role);
    va_start(args, format);
    vsnprintf(why + n, sizeof why - (size_t)n, format, args);
    va_end(args);
    a->cast->failed(a->cast->ctx, a, why, lacks);
}

/* ---- what its adapter does ---- */

static void answered(void *ctx, const char *line, size_t n)
{
    struct actor *a = ctx;
    if (a->gone || a->state != ACTOR_ASKS)
        return;
    buf_clear(&a->answer);
    buf_put(&a->answer, line, n);
    a->state = ACTOR_BUSY;
    fiber_resume(a->fiber);
}

static void died(void *ctx, const char *how)
{
    struct actor *a = ctx;
    fail(a, false, "%s%s%s", how, a->last_words[0] ? "; its last words: " : "", a->last_words);
}

static void said(void *ctx, const char *line)
{
    struct actor *a = ctx;
    keep_last_words(a->last_words, sizeof a->last_words, line);
}

/* ---- what its script does ---- */

static bool ask(struct actor *a, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    buf_clear(&a->line);
    uint8_t *room = n < 0 ? NULL : buf_room(&a->line, (size_t)n + 1);
    if (room) {
        vsnprintf((char *)room, (size_t)n + 1, format, again);
        buf_grew(&a->line, (size_t)n + 1);
    }
    va_end(again);
    if (!room) {
        fail(a, false, "out of memory");
        fiber_exit(a->fiber);
    }
    a->state = ACTOR_ASKS;
    port_ask(a->port, (const char *)room);
    fiber_yield(a->fiber);
    const char *answer = buf_text(&a->answer);
    return answer && (strcmp(answer, "ok") == 0 || strncmp(answer, "ok ", 3) == 0);
}

static const char *rest(struct actor *a)
{
    const char *answer = buf_text(&a->answer);
    return answer[2] ? answer + 3 : answer + 2;
}

static void give_up(struct actor *a)
{
    const char *answer = buf_text(&a->answer);
    fail(a, answer && strncmp(answer, "na", 2) == 0, "`%.100s` was answered by `%.160s`",
         (const char *)buf_slice(&a->line).p, answer ? answer : "more than memory holds");
    fiber_exit(a->fiber);
}

const char *actor_must(struct actor *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = ask(a, format, args);
    va_end(args);
    if (!ok)
        give_up(a);
    return rest(a);
}

const char *actor_try(struct actor *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = ask(a, format, args);
    va_end(args);
    if (ok)
        return rest(a);
    if (strncmp(buf_text(&a->answer), "err timedout", 12) != 0)
        give_up(a);
    return NULL;
}

void actor_pause(struct actor *a)
{
    a->state = ACTOR_PAUSES;
    fiber_yield(a->fiber);
}

void actor_wake(struct actor *a)
{
    if (a->gone || !a->fiber || a->state != ACTOR_PAUSES)
        return;
    a->state = ACTOR_BUSY;
    fiber_resume(a->fiber);
}

static void run(void *arg)
{
    struct actor *a = arg;
    char name[64], version[60];
    if (sscanf(actor_must(a, "hello 1"), "%63s %59s", name, version) != 2)
        give_up(a);
    snprintf(a->name, sizeof a->name, "%s %s", name, version);
    a->script(a);
}

bool actor_start(struct actor *a)
{
    struct buf why = { 0 };
    a->port = port_process(a->cast->net, a->cast->command, &why);
    a->fiber = a->port ? fiber_new(run, a, STACK) : NULL;
    if (!a->fiber) {
        fail(a, false, "%s", a->port ? "out of memory" : buf_text(&why));
        buf_free(&why);
        return false;
    }
    a->port->answered = answered;
    a->port->died = died;
    a->port->said = said;
    a->port->ctx = a;
    fiber_resume(a->fiber);
    return true;
}

void actor_kill(struct actor *a)
{
    a->gone = true;
    if (a->port)
        port_kill(a->port);
}

void actor_free(struct actor *a)
{
    port_free(a->port);
    if (a->fiber)
        fiber_free(a->fiber);
    buf_free(&a->answer);
    buf_free(&a->line);
    buf_free(&a->scratch);
    a->port = NULL;
    a->fiber = NULL;
}
