/* select.c -- which instances a run is made of. */
#include "core/run.h"
#include <stdio.h>
#include <stdlib.h>

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

const char *lacks(const struct instance *i, const struct run_options *o, const char *features,
                  char *why, size_t cap)
{
    const char *needs = i->c->needs ? i->c->needs : "";
    if (o->target == TARGET_CONNECT || o->target == TARGET_LISTEN) {
        if (!has_word(needs, "wire"))
            return snprintf(why, cap, "the implementation must be driven by an adapter"), why;
        return NULL;
    }
    char word[64];
    for (const char *at = needs; *at;) {
        size_t n = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        at += n + strspn(at + n, " ");
        if (strcmp(word, "wire") == 0)
            continue;
        if (strcmp(word, "kernel") == 0) {
            if (o->target == TARGET_REFERENCE)
                return snprintf(why, cap, "needs real sockets and a process of its own"), why;
            continue;
        }
        if (!has_word(features, word))
            return snprintf(why, cap, "the adapter declares no %s", word), why;
    }
    const char *scheme = via_scheme(i->via);
    if (i->via != LOCAL && !has_word(features, scheme))
        return snprintf(why, cap, "the adapter declares no %s", scheme), why;
    return NULL;
}

static bool filter_matches(const char *filter, const struct conf_case *c, const char *name)
{
    return glob_matches(filter, c->id) || glob_matches(filter, name);
}

static bool filtered(const struct run_options *o, const struct conf_case *c, const char *name)
{
    if (o->filter_count == 0)
        return false;
    for (size_t i = 0; i < o->filter_count; i++)
        if (filter_matches(o->filters[i], c, name))
            return false;
    return true;
}

const char *filter_that_matches_nothing(const struct run_options *o)
{
    size_t cases;
    const struct conf_case *const *all = catalogue(&cases);
    for (size_t f = 0; f < o->filter_count; f++) {
        bool matches = false;
        for (size_t i = 0; i < cases && !matches; i++) {
            enum via vias[INSTANCES_MAX];
            char name[INSTANCE_NAME_MAX];
            size_t n = case_instances(all[i], vias);
            for (size_t k = 0; k < n && !matches; k++)
                matches = filter_matches(o->filters[f], all[i],
                                         case_instance_name(all[i], vias[k], name));
        }
        if (!matches)
            return o->filters[f];
    }
    return NULL;
}

/* Over v6 too the cases are those of tcp. */
static bool black_box_can(const struct run_options *o, enum via via)
{
    static const struct {
        const char *scheme;
        enum via listens, dials;
    } known[] = {
        { "ipc:", IPC_LISTENS, IPC_DIALS }, { "ws:", WS_LISTENS, WS_DIALS },
        { "wss:", WSS_LISTENS, WSS_DIALS }, { "tls+tcp:", TLS_LISTENS, TLS_DIALS },
        { "tcp:", TCP_LISTENS, TCP_DIALS },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(o->url, known[i].scheme, strlen(known[i].scheme)) == 0)
            return via == (o->target == TARGET_CONNECT ? known[i].listens : known[i].dials);
    return false;
}

static void shuffle(struct instance *v, size_t n, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(&rng, (uint32_t)i);
        struct instance x = v[i - 1];
        v[i - 1] = v[j];
        v[j] = x;
    }
}

/* Sanity first, fragile last, else as they were. */
static int rank(const struct instance *i)
{
    return i->sanity ? 0 : i->c->fragile ? 2 : 1;
}

static bool order_by_rank(struct instance *v, size_t n)
{
    struct instance *w = malloc((n + 1) * sizeof *w);
    if (!w)
        return false;
    size_t k = 0;
    for (int r = 0; r <= 2; r++)
        for (size_t i = 0; i < n; i++)
            if (rank(&v[i]) == r)
                w[k++] = v[i];
    memcpy(v, w, n * sizeof *w);
    free(w);
    return true;
}

size_t select_instances(const struct run_options *o, struct instance **out)
{
    size_t cases, n = 0, matched = 0;
    const struct conf_case *const *all = catalogue(&cases);
    struct instance *v = calloc(cases * INSTANCES_MAX + 1, sizeof *v);
    *out = v;
    if (!v)
        return 0;
    for (size_t i = 0; i < cases; i++) {
        enum via vias[INSTANCES_MAX];
        size_t count = case_instances(all[i], vias);
        for (size_t k = 0; k < count; k++) {
            struct instance *x = &v[n];
            x->c = all[i];
            x->via = vias[k];
            case_instance_name(all[i], vias[k], x->name);
            x->sanity = strncmp(all[i]->id, "sanity_", 7) == 0;
            if (filtered(o, all[i], x->name))
                continue;
            if (o->transports && !(x->via & (o->transports | LOCAL)))
                continue;
            if (all[i]->slow && !o->slow && o->target != TARGET_REFERENCE)
                continue;
            if (all[i]->fragile && o->gentle)
                continue;
            if ((o->target == TARGET_CONNECT || o->target == TARGET_LISTEN) &&
                (!black_box_can(o, x->via) || !has_word(all[i]->needs, "wire")))
                continue;
            if (!x->sanity && o->shards > 1 && matched++ % o->shards != o->shard - 1)
                continue;
            x->level = case_level(all[i]);
            x->unconfirmed = case_unconfirmed(all[i]);
            n++;
        }
    }
    if (o->shuffle)
        shuffle(v, n, o->seed);
    if (order_by_rank(v, n))
        return n;
    free(v);
    *out = NULL;
    return 0;
}
