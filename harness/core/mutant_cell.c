/* mutant_cell.c -- one instance against one mutant: whether it need be run, and what came of it. */
#include "core/mutant_matrix.h"
#include "mutants/machine.h"
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { LOOPS_AFTER_S = 5 }; /* of processor time; whole suites take less */

static bool noticed(const struct lane_result *r)
{
    return r->outcome == FAILED || r->outcome == DIED || r->outcome == HUNG;
}

static unsigned bit_of(const struct sp_protocol *p)
{
    return p ? 1U << (p - sp_protocols) : 0;
}

/* The bit of what a mutant is about. */
static uint32_t about_bit(const struct matrix *x, const char *about)
{
    for (unsigned k = 0; k < x->abouts; k++)
        if (strcmp(x->about[k], about) == 0)
            return UINT32_C(1) << (ABOUT + k);
    return EVERY_ABOUT; /* more than there are bits: it is looked for everywhere */
}

void matrix_list_abouts(struct matrix *x)
{
    for (size_t i = 0; i < mutant_count; i++) {
        const char *about = mutants[i]->about;
        if (about && x->abouts < ABOUT && about_bit(x, about) == EVERY_ABOUT)
            x->about[x->abouts++] = about;
    }
}

/* What the script asked for, by its calls. */
static uint32_t asked_for(const struct matrix *x, struct trace *trace)
{
    uint32_t bits = 0, about = 0;
    char name[32];
    for (size_t i = 0; i < trace_count(trace); i++) {
        const struct trace_event *e = trace_get(trace, i);
        if (e->kind != TRACE_CALL || !e->note)
            continue;
        if (sscanf(e->note, "open %*s %31s", name) == 1)
            bits |= bit_of(sp_protocol_named(name));
        for (unsigned k = 0; k < x->abouts; k++)
            if (strstr(e->note, x->about[k]))
                about |= about_bit(x, x->about[k]);
    }
    return trace_lost(trace) ? EVERY_PROTOCOL | EVERY_ABOUT
                             : (bits ? bits : (uint32_t)EVERY_PROTOCOL) | about;
}

/* Faults of one pattern are not looked for where that is not opened, those of one kind of stream
 * not where there is none. */
static bool concerns(const struct matrix *x, const struct mutant *m, size_t instance)
{
    unsigned via = x->instances[instance].via;
    uint32_t bits = EVERY_PROTOCOL;
    bool calls = m->ask || m->answer || m->dials || m->keeps_listening || m->machine;
    if (m->about_tls ? !(via & (WSS | TLS)) : !m->over_tls && (via & (WSS | TLS)))
        return false;
    if (mutant_reads_ws(m) && !calls && !(via & (WS | WSS)))
        return false;
    if (mutant_reads_sp(m) && !m->about_tls && !calls && (via & (WS | WSS)))
        return false;
    if (m->about && !(x->clean[instance] & about_bit(x, m->about)))
        return false;
    if (mutant_is_of_patterns(m) && m->machine->only)
        bits = bit_of(sp_protocol_numbered(m->machine->only));
    return (x->clean[instance] & YES) && (x->clean[instance] & bits);
}

/* Meetings are many, and those over TLS dear.  A case that runs over tcp too is about neither TLS
 * nor WebSocket, one that runs without TLS not about TLS: the plainest meeting of a case stands for
 * the others.  Patterns do not know ipc from tcp either. */
static bool stood_for(const struct matrix *x, const struct mutant *m, size_t instance)
{
    static const unsigned by[][3] = {
        { WSS_DIALS, WS_DIALS, TCP_DIALS },
        { WSS_LISTENS, WS_LISTENS, TCP_LISTENS },
        { TLS_DIALS, TCP_DIALS },
        { TLS_LISTENS, TCP_LISTENS },
        { WS_DIALS, TCP_DIALS },
        { WS_LISTENS, TCP_LISTENS },
        { IPC_DIALS, TCP_DIALS },
        { IPC_LISTENS, TCP_LISTENS },
    };
    unsigned via = x->instances[instance].via, all = x->instances[instance].c->via;
    if ((via & IPC) && !(m && mutant_is_of_patterns(m)))
        return false;
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
        if (by[i][0] == via && (all & (by[i][1] | by[i][2])))
            return true;
    return false;
}

uint32_t matrix_answer(const struct matrix *x, const struct mutant *mutant, size_t i)
{
    struct simulated s = { .mutant = mutant };
    struct order order = { .segmentation = SEGMENT_WHOLE };
    if (stood_for(x, mutant, i))
        return STOOD_FOR;
    if (mutant && !concerns(x, mutant, i))
        return 0;
    const struct itimerval limit = { .it_value.tv_sec = LOOPS_AFTER_S };
    setitimer(ITIMER_VIRTUAL, &limit, NULL); /* ends this process */
    if (!simulate(&s, &x->o, &x->instances[i], &order))
        _exit(NO_MEMORY);
    enum outcome o = s.result.outcome;
    uint32_t answer = (mutant ? noticed(&s.result) : o == ENDED || o == SKIPPED) ? YES : 0;
    if (!mutant)
        answer |= asked_for(x, lane_trace(&s.lane));
    simulated_free(&s);
    return answer;
}
