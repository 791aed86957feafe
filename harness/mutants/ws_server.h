/* ws_server.h -- what faults of a server's opening handshake have in common.  What is to be refused
 * and is accepted, is made good before the reference sees it; what is to be accepted is spoilt. */
#ifndef HARNESS_MUTANTS_WS_SERVER_H
#define HARNESS_MUTANTS_WS_SERVER_H
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"

#define SERVER_MUTANT(...) WS_MUTANT(__VA_ARGS__, .about = "listen ")

enum { VALUE = 256 };

static const char protocol[] = "Sec-WebSocket-Protocol";
static const char key[] = "Sec-WebSocket-Key";
static const char version[] = "Sec-WebSocket-Version";
static const char some_key[] = "bXV0YW50IG9mIDE2IG9jdA==";

/* The reference is the server here. */
static inline bool is_request(const struct octet_fault *f)
{
    return !f->dialled;
}

static inline void spoil(struct buf *head)
{
    http_set(head, protocol, "refuse.this");
}

#endif
