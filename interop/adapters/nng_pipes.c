/* nng_pipes.c -- which pipes a socket has that its pattern can send on. */
#include "nng_socket.h"
#include <errno.h>
#include <stdlib.h>

/* A pipe that ends at once is now and then told of as removed first and as added then.  Ids are
 * not used again. */
static bool ended_early(const struct socket *s, int id)
{
    size_t room = sizeof s->early / sizeof s->early[0];
    for (size_t i = 0; i < room && i < s->earlies; i++)
        if (s->early[i] == id)
            return true;
    return false;
}

/* A pipe counts from the moment the pattern can send on it.  Removal is also told of pipes that
 * the pattern refused (a second one of a pair), which never counted: hence ids, not a number. */
static void pipe_changed(nng_pipe p, nng_pipe_ev event, void *arg)
{
    struct socket *s = arg;
    int id = nng_pipe_id(p);
    pthread_mutex_lock(&s->lock);
    if (event == NNG_PIPE_EV_ADD_POST && !ended_early(s, id)) {
        if (s->pipes == s->room) {
            size_t room = s->room ? 2 * s->room : 16;
            int *more = reallocarray(s->pipe, room, sizeof *more);
            if (!more)
                abort();
            s->pipe = more;
            s->room = room;
        }
        s->pipe[s->pipes++] = id;
    } else if (event != NNG_PIPE_EV_ADD_POST) {
        size_t i = 0;
        while (i < s->pipes && s->pipe[i] != id)
            i++;
        if (i < s->pipes)
            s->pipe[i] = s->pipe[--s->pipes];
        else
            s->early[s->earlies++ % (sizeof s->early / sizeof s->early[0])] = id;
    }
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

struct outcome watch_pipes(struct socket *s)
{
    int e = nng_pipe_notify(s->id, NNG_PIPE_EV_ADD_POST, pipe_changed, s);
    return done(e ? e : nng_pipe_notify(s->id, NNG_PIPE_EV_REM_POST, pipe_changed, s));
}

struct outcome pipes(struct socket *s, size_t n, int ms)
{
    struct timespec end = in_ms(ms);
    int e = 0;
    if (s->is_context)
        return NA;
    pthread_mutex_lock(&s->lock);
    while (s->pipes != n && e != ETIMEDOUT)
        e = pthread_cond_timedwait(&s->changed, &s->lock, &end);
    bool reached = s->pipes == n;
    pthread_mutex_unlock(&s->lock);
    return reached ? OK : FAIL("timedout", NULL);
}
