/* mutation.c -- one mutant at work: where it stands between the reference and its streams, its
 * patterns and the lines of its adapter. */
#include "mutants/machine.h"
#include "mutants/wrapped.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mutant_reads_sp(const struct mutant *m)
{
    return m->octets_in || m->octets_out || m->frame_in || m->frame_out;
}

bool mutant_reads_ws(const struct mutant *m)
{
    return m->http_in || m->http_out || m->ws_in || m->ws_out;
}

bool mutant_is_of_patterns(const struct mutant *m)
{
    bool streams = m->hides_end || m->hides_close || m->admits || m->dials || m->keeps_listening;
    return m->machine && !mutant_reads_sp(m) && !mutant_reads_ws(m) && !streams && !m->about_tls &&
           !m->ask && !m->answer;
}

static bool leaves_alone(const struct mutant *m, const struct node_stream *about)
{
    if (mutant_is_of_patterns(m) || (m->about_tls && !about->tls))
        return true;
    if (about->below_tls)
        return !m->about_tls;
    if (mutant_reads_ws(m))
        return !about->ws;
    return about->ws && mutant_reads_sp(m);
}

static struct stream *around(void *ctx, struct stream *inner, const struct node_stream *about)
{
    struct mutation *m = ctx;
    m->streams += !about->below_tls;
    return !m->there || leaves_alone(m->mutant, about) ? inner : octet_fault_new(m, inner, about);
}

struct mutation *mutation_new(const struct mutant *mutant, struct net *inner,
                              void (*die)(void *, const char *), void *ctx)
{
    struct mutation *m = calloc(1, sizeof *m);
    if (!m || !mutated_net_init(m, inner)) {
        free(m);
        return NULL;
    }
    m->mutant = mutant;
    m->there = !mutant->about;
    m->die = die;
    m->die_ctx = ctx;
    return m;
}

void mutation_free(struct mutation *m)
{
    for (unsigned i = 0; i < m->orphan_count; i++)
        stream_close(m->orphans[i]);
    mutated_net_free(m);
    machines_free(m);
    buf_free(&m->asides);
    buf_free(&m->kept);
    free(m);
}

void mutation_die(struct mutation *m, const char *how)
{
    m->die(m->die_ctx, how);
}

struct net *mutation_net(struct mutation *m)
{
    return &m->net;
}

static const struct pattern_ops *find_pattern(void *mutation, uint16_t self, bool raw)
{
    struct mutation *m = mutation;
    const struct pattern_ops *original = pattern_find(self, raw);
    if (!original || !m->mutant->machine)
        return original;
    return machine_around(m, original);
}

struct node_hooks mutation_hooks(struct mutation *m)
{
    return (struct node_hooks){ .ctx = m,
                                .find = find_pattern,
                                .around = around,
                                .tls_lowest = m->mutant->tls_lowest,
                                .tls_any_name = m->mutant->tls_any_name };
}

void mutation_aside(struct mutation *m, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof line)
        buf_put(&m->asides, line, (size_t)n + 1);
}

bool mutation_next_aside(struct mutation *m, struct buf *line)
{
    if (m->asides.n == 0)
        return false;
    const char *text = (const char *)buf_slice(&m->asides).p;
    size_t n = strlen(text);
    buf_clear(line);
    buf_put(line, text, n);
    buf_drop(&m->asides, n + 1);
    return true;
}

bool line_is(const struct buf *line, const char *verb)
{
    struct slice all = buf_slice(line);
    size_t n = strlen(verb);
    return all.n >= n && memcmp(all.p, verb, n) == 0 && (all.n == n || all.p[n] == ' ');
}

bool mutation_ask(struct mutation *m, struct buf *line)
{
    m->there = m->there || strstr(buf_text(line), m->mutant->about);
    return !m->there || !m->mutant->ask || m->mutant->ask(m, line);
}

bool mutation_answer(struct mutation *m, struct buf *line)
{
    return !m->there || !m->mutant->answer || m->mutant->answer(m, line);
}
