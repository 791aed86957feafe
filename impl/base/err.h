/* err.h -- the errors of the reference implementation, and their names. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* A function that can fail returns one of these; E_OK is 0.  Functions that return a count
 * return -err instead (ptrdiff_t).  The names (err_name) are also the codes of the adapter
 * protocol. */
enum err {
    E_OK,
    E_AGAIN,    /* not now: would block */
    E_TIMEDOUT, /* the deadline passed */
    E_CLOSED,   /* the socket, stream or peer is gone */
    E_REFUSED,  /* nobody listens there */
    E_NOTSUP,   /* this socket refuses the operation by design (send on a SUB) */
    E_STATE,    /* not in this state (receive before a request was sent) */
    E_PROTO,    /* the peer broke the protocol */
    E_TOOLONG,  /* over a limit */
    E_INUSE,    /* the address is taken */
    E_INVAL,    /* an argument or option value that makes no sense */
    E_NOMEM,    /* out of memory, descriptors, or ports */
    E_OTHER,
};

/* "ok", "again", "timedout", "closed", ...: a static string, never NULL. */
const char *err_name(enum err);

#endif
