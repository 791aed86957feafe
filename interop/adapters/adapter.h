/* adapter.h -- the half of an adapter that is the same for every C library: lines, names, payloads
 * and answers.  A library's file fills in struct library and calls adapter_main().
 *
 * Everything here is single-threaded and blocking, as the protocol is; only a running device has a
 * thread of its own. */
#ifndef ADAPTER_H
#define ADAPTER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a verb came to.  code: NULL is ok, "na", or one of the protocol's error codes.  text: free
 * text for the trace, or NULL; it must outlive the answer. */
struct outcome {
    const char *code, *text;
};
#define OK                 ((struct outcome){ NULL, NULL })
#define NA                 ((struct outcome){ "na", NULL })
#define FAIL(code_, text_) ((struct outcome){ (code_), (text_) })

/* One message.  header: what a raw socket keeps apart from the body.  pipe: 0 is none. */
struct message {
    uint8_t *header, *body;
    size_t header_size, body_size;
    uint32_t pipe;
};

/* The value of an option: as it was written, and what it can be read as.  Numbers are milliseconds,
 * octets or 0 and 1.  Valid for the call. */
struct value {
    const char *text;
    bool is_number, is_octets;
    int64_t number;
    uint8_t *octets;
    size_t size;
};

struct socket; /* a socket or context: the library's own, one malloc()ed block */

/* A NULL verb is answered `na`. */
struct library {
    const char *hello; /* NAME VERSION FEATURE... */
    struct outcome (*open)(const char *protocol, bool raw, struct socket **out);
    struct outcome (*set)(struct socket *, const char *option, const struct value *);
    /* Writes the actual address to `actual`. */
    struct outcome (*listen)(struct socket *, const char *url, char *actual, size_t room);
    struct outcome (*dial)(struct socket *, const char *url);
    struct outcome (*pipes)(struct socket *, size_t n, int ms);
    struct outcome (*send)(struct socket *, int ms, const struct message *);
    /* Calls adapter_deliver() once when it has a message. */
    struct outcome (*recv)(struct socket *, int ms);
    /* Ends the socket and all that uses it; the block itself is freed by the caller.  Called from
     * a thread of its own for the second socket of a device.  False: the library does not come
     * back; the next `reset` then begins with a new process. */
    bool (*close)(struct socket *);
    bool (*is_raw)(const struct socket *);
    /* Two raw sockets whose protocols talk to each other. */
    bool (*fit)(const struct socket *, const struct socket *);
    /* Runs in a thread of its own until both are closed. */
    void (*device)(struct socket *, struct socket *);
    struct outcome (*context)(struct socket *, struct socket **out);
};

int adapter_main(const struct library *, int argc, char **argv);

/* The message received, borrowed for the call.  split: it came from a raw socket. */
void adapter_deliver(const struct message *, bool split);

/* `url` asks for any port, by port 0: copies it with this port.  False: it asks for none, or does
 * not fit. */
bool adapter_any_port(const char *url, int port, char *out, size_t room);

/* ---- payload.c ---- */
/* Decodes PAYLOAD (split: HEADER|BODY) into malloc()ed parts.  False: malformed or no memory. */
bool payload_decode(const char *text, bool split, struct message *out);
void payload_free(struct message *);
/* The text of `n` octets, malloc()ed: "-", hex, or the hash of what is long.  NULL: no memory. */
char *payload_encode(const uint8_t *octets, size_t n);

#endif
