/* check.c -- vectors against our own codec, whole and in every split. */
#include <stdlib.h>
#include <string.h>
#include "core/ledger.h"
#include "vectors/check.h"
#include "vectors/endpoint.h"

/* Where the octets of a conversation, counted over all steps, are cut. */
enum { WHOLE = -1, OCTETS = -2 };

static void feed(struct endpoint *e, struct slice octets, ptrdiff_t cut, size_t before)
{
    if (cut == OCTETS) {
        for (; octets.n; octets = slice_drop(octets, 1))
            endpoint_feed(e, slice_of(octets.p, 1));
        return;
    }
    if (cut >= 0 && (size_t)cut > before && (size_t)cut < before + octets.n) {
        size_t first = (size_t)cut - before;
        endpoint_feed(e, slice_of(octets.p, first));
        octets = slice_drop(octets, first);
    }
    endpoint_feed(e, octets);
}

/* Returns the octets of the conversation. */
static size_t converse(const struct vector *v, struct endpoint *in, struct endpoint *out,
                       ptrdiff_t cut)
{
    size_t total = 0;
    enum vector_way way;
    struct buf octets = { 0 };
    for (size_t i = 0; vector_step(v, i, &way, &octets); i++) {
        if (way == VECTOR_END)
            endpoint_end(in);
        else
            feed(way == VECTOR_IN ? in : out, buf_slice(&octets), cut, total);
        total += octets.n;
        buf_clear(&octets);
    }
    buf_free(&octets);
    return total;
}

static json_t *run(const struct vector *v, ptrdiff_t cut, const char **state, size_t *total)
{
    const struct sp_protocol *p = v->protocol;
    struct sp_conn_config here = {
        .framing = v->framing, .self = p->self, .peer = p->peer, .max_payload = v->max_recv
    };
    struct sp_conn_config there = { .framing = v->framing, .self = p->peer, .peer = p->self };
    struct endpoint in = { 0 }, out = { 0 };
    json_t *events = json_array();
    bool ok = events && endpoint_open(&in, &here, v->ttl, "in", events) &&
              endpoint_open(&out, &there, v->ttl, "out", events);
    if (ok) {
        in.other = &out;
        out.other = &in;
        *total = converse(v, &in, &out, cut);
        *state = endpoint_state(&in);
    }
    endpoint_close(&in);
    endpoint_close(&out);
    if (!ok) {
        json_decref(events);
        return NULL;
    }
    return events;
}

json_t *vector_events(const struct vector *v, const char **state)
{
    size_t total;
    return run(v, WHOLE, state, &total);
}

/* "because" is for people: implementations word it as they like. */
static json_t *without_reasons(const json_t *events)
{
    json_t *bare = json_deep_copy(events);
    for (size_t i = 0; i < json_array_size(bare); i++)
        json_object_del(json_array_get(bare, i), "because");
    return bare;
}

static void put_events(struct buf *why, const char *label, const json_t *events)
{
    char *text = json_dumps(events, JSON_COMPACT);
    buf_printf(why, "  %-7s %s\n", label, text ? text : "");
    free(text);
}

static bool same(const struct vector *v, ptrdiff_t cut, const json_t *wanted, size_t *total,
                 struct buf *why)
{
    const char *state = "", *wanted_state = json_string_value(json_object_get(v->json, "state"));
    json_t *got = run(v, cut, &state, total);
    json_t *bare = without_reasons(got);
    bool ok = got && json_equal(bare, wanted) && strcmp(state, wanted_state) == 0;
    if (!ok) {
        if (cut >= 0)
            buf_printf(why, "  cut at octet %td:\n", cut);
        else
            buf_printf(why, "  %s:\n", cut == WHOLE ? "whole" : "octet by octet");
        put_events(why, "wanted", wanted);
        put_events(why, "got", got);
        if (strcmp(state, wanted_state) != 0)
            buf_printf(why, "  state   wanted %s, got %s\n", wanted_state, state);
    }
    json_decref(got);
    json_decref(bare);
    return ok;
}

static bool known_rows(const struct vector *v, struct buf *why)
{
    const json_t *rows = json_object_get(v->json, "requirements");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *id = json_string_value(json_array_get(rows, i));
        if (!id || !requirement_find(id, strlen(id))) {
            buf_printf(why, "  %s is no requirement\n", id ? id : "(no text)");
            return false;
        }
    }
    return true;
}

bool vector_check(const struct vector *v, struct buf *why)
{
    json_t *wanted = without_reasons(json_object_get(v->json, "events"));
    size_t total = 0;
    bool ok = known_rows(v, why) && same(v, WHOLE, wanted, &total, why) &&
              same(v, OCTETS, wanted, &total, why);
    for (size_t cut = 1; ok && cut < total; cut++)
        ok = same(v, (ptrdiff_t)cut, wanted, &total, why);
    json_decref(wanted);
    return ok;
}
