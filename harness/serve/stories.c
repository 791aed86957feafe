/* stories.c -- the five stories: what their SP side does.  What the page does is in its own file,
 * interop/browser/NAME.html. */
#include "serve/stage.h"
#include "core/credentials.h"
#include "core/notation.h"
#include "core/payload.h"
#include <stdio.h>
#include <string.h>

enum {
    FOR_EVER = 3600000,       /* ms, of one `recv`: then it is asked again */
    SEND_MS = 5000,           /* a page that reads nothing for so long loses the answer */
    OUTBOX_MAX = 1024 * 1024, /* octets */
    RECEIVED_MAX = 1024,      /* octets that an adapter tells: of more, the hash */
    SHOWN_MAX = 60,
};

static struct stage *stage_of(struct actor *a)
{
    return a->stage;
}

/* ---- staging ---- */

void stage_actor(struct stage *s, void (*script)(struct actor *), const char *role)
{
    struct actor *a = &s->actors[s->actor_count++];
    *a = (struct actor){ .cast = s->cast, .script = script, .stage = s, .role = role };
    actor_start(a);
}

void stage_free(struct stage *s)
{
    for (size_t i = 0; i < s->actor_count; i++)
        actor_free(&s->actors[i]);
    buf_free(&s->outbox);
}

void stage_publish(struct stage *s, struct slice message)
{
    if (s->outbox.n > OUTBOX_MAX)
        return;
    payload_hex(&s->outbox, message);
    buf_u8(&s->outbox, '\n');
    actor_wake(&s->actors[0]);
}

/* The page's socket: its address goes to the page. */
static void listen_to_pages(struct actor *a, const char *socket)
{
    struct stage *s = stage_of(a);
    char path[1024];
    if (s->tls) {
        actor_must(a, "set %s tls-cert %s", socket,
                   credentials_path(CREDENTIAL_CERT, s->tls, path, sizeof path));
        actor_must(a, "set %s tls-key %s", socket,
                   credentials_path(CREDENTIAL_KEY, s->tls, path, sizeof path));
    }
    snprintf(s->url, sizeof s->url, "%s",
             actor_must(a, "listen %s %s://%s:0", socket, s->tls ? "wss" : "ws", s->host));
}

static void tell(struct stage *s, const char *who, const char *verb, const char *payload)
{
    struct buf octets = { 0 }, line = { 0 };
    buf_printf(&line, "%s %s ", who, verb);
    if (payload_decode(payload, strlen(payload), &octets, RECEIVED_MAX))
        notation_show(buf_slice(&octets), SHOWN_MAX, &line);
    else
        buf_printf(&line, "%s", payload); /* a long one: its size and hash */
    if (buf_text(&line))
        s->tell(s, buf_text(&line));
    buf_free(&octets);
    buf_free(&line);
}

/* Hex digits of what was received, for an answer that repeats it; none where it was a long one. */
static const char *again(const char *payload)
{
    return strcmp(payload, "-") == 0 || strncmp(payload, "fnv:", 4) == 0 ? "" : payload;
}

/* ---- pair, refused: every message is answered, by a count (32 bits) and the same octets ---- */

static void converse(struct actor *a)
{
    struct stage *s = stage_of(a);
    char payload[4096];
    actor_must(a, "open s pair0");
    listen_to_pages(a, "s");
    s->ready(s);
    for (;;) {
        const char *came = actor_try(a, "recv s %d", FOR_EVER);
        if (!came)
            continue;
        snprintf(payload, sizeof payload, "%s", came);
        tell(s, s->story->name, "received", payload);
        actor_try(a, "send s %d %08x%s", SEND_MS, ++s->count, again(payload));
    }
}

/* ---- sub, chat: what others want to be published is ---- */

static void publish(struct actor *a)
{
    struct stage *s = stage_of(a);
    actor_must(a, "open s pub");
    listen_to_pages(a, "s");
    s->ready(s);
    for (;;) {
        struct slice all = buf_slice(&s->outbox);
        const uint8_t *end = all.n ? memchr(all.p, '\n', all.n) : NULL;
        if (!end) {
            actor_pause(a);
            continue;
        }
        int n = (int)(end - all.p);
        actor_try(a, "send s %d %.*s", SEND_MS, n, (const char *)all.p);
        buf_drop(&s->outbox, (size_t)n + 1);
    }
}

static void report_the_weather(struct stage *s)
{
    static const char *const cities[] = { "Bergen", "Fes", "Quito" };
    char text[64];
    unsigned n = s->count++;
    int length = snprintf(text, sizeof text, "%u %s %d", n, cities[n % 3], (int)(n * 7 % 31) - 5);
    stage_publish(s, slice_of(text, (size_t)length));
}

/* ---- device: pages ask at ws, two workers answer at tcp, a device between ---- */

static void answer_requests(struct actor *a, const char *name)
{
    struct stage *s = stage_of(a);
    char text[16], payload[4096];
    int length = snprintf(text, sizeof text, "%s: ", name);
    actor_must(a, "open s rep");
    actor_must(a, "dial s %s", s->inner);
    for (;;) {
        const char *came = actor_try(a, "recv s %d", FOR_EVER);
        if (!came)
            continue;
        snprintf(payload, sizeof payload, "%s", came);
        tell(s, name, "was asked", payload);
        buf_clear(&a->scratch);
        payload_hex(&a->scratch, slice_of(text, (size_t)length));
        buf_printf(&a->scratch, "%s", again(payload));
        actor_try(a, "send s %d %s", SEND_MS, buf_text(&a->scratch));
    }
}

static void left(struct actor *a)
{
    answer_requests(a, "left");
}

static void right(struct actor *a)
{
    answer_requests(a, "right");
}

static void stand_between(struct actor *a)
{
    struct stage *s = stage_of(a);
    actor_must(a, "open pages rep raw");
    actor_must(a, "open workers req raw");
    snprintf(s->inner, sizeof s->inner, "%s", actor_must(a, "listen workers tcp://%s:0", s->host));
    stage_actor(s, left, "a worker");
    stage_actor(s, right, "a worker");
    actor_must(a, "pipes workers 2 10000");
    listen_to_pages(a, "pages");
    actor_must(a, "device pages workers");
    s->ready(s);
}

/* ---- the table ---- */

const struct story stories[] = {
    { "pair", "a page and a pair socket talk both ways", converse, NULL },
    { "sub", "a page subscribes and gets every message", publish, report_the_weather },
    { "refused", "a pair has one peer: the second page is refused", converse, NULL },
    { "chat", "pages publish by HTTP and subscribe; who comes late first gets the log", publish,
      NULL },
    { "device", "a page asks the workers of a tcp topology through a device", stand_between, NULL },
};
const size_t story_count = sizeof stories / sizeof stories[0];

const struct story *story_named(const char *name)
{
    for (size_t i = 0; i < story_count; i++)
        if (strcmp(stories[i].name, name) == 0)
            return &stories[i];
    return NULL;
}
