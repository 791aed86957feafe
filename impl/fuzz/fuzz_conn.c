/* A connection, fed the same octets whole and in portions: the same events. */
#include "fuzz.h"
#include <string.h>
#include "sp/conn.h"
#include "sp/protocol.h"

static void run(struct slice in, struct slice portions, const struct sp_conn_config *config,
                struct buf *log)
{
    struct sp_conn *c = sp_conn_new(config);
    struct sp_event ev;
    MUST(c != NULL);
    for (;;) {
        size_t room;
        uint8_t *to = in.n == 0 ? NULL : sp_conn_room(c, &room);
        if (to != NULL) {
            size_t most = portions.n == 0 ? room : (size_t)take_u8(&portions) % 16 + 1;
            struct slice part = take(&in, most < room ? most : room);
            memcpy(to, part.p, part.n);
            sp_conn_fed(c, part.n);
            /* Some portions arrive while nobody takes events. */
            if (portions.n % 3 == 0)
                continue;
        }
        bool ready = sp_conn_ready(c);
        bool any = false;
        while (sp_conn_next(c, &ev) != SP_EV_NONE) {
            MUST(ready);
            any = true;
            buf_u8(log, (uint8_t)ev.type);
            buf_be64(log, ev.payload.n);
            buf_put_slice(log, ev.payload);
            MUST((ev.type == SP_EV_ERROR) == (ev.why != NULL));
        }
        if (to == NULL && !any)
            break;
    }
    sp_conn_eof(c);
    MUST(sp_conn_next(c, &ev) == SP_EV_NONE);
    MUST(sp_conn_state(c) == SP_CONN_CLOSED || sp_conn_state(c) == SP_CONN_FAILED);
    sp_conn_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    uint8_t flags = take_u8(&in);
    struct sp_conn_config config = {
        .framing = (flags & 1) != 0 ? SP_FRAMING_IPC : SP_FRAMING_TCP,
        .self = SP_PAIR0,
        .peer = SP_PAIR0,
        .max_payload = (flags & 2) != 0 ? 64 : 1 << 16,
        .read_ahead = (flags & 4) != 0 ? 1 : 0,
    };
    struct slice portions = take(&in, in.n / 4);
    struct buf octets = { 0 }, whole = { 0 }, parts = { 0 };
    if ((flags & 8) == 0)
        buf_put(&octets, "\0SP\0\0\x10\0\0", 8);
    buf_put_slice(&octets, in);
    run(buf_slice(&octets), (struct slice){ 0 }, &config, &whole);
    run(buf_slice(&octets), portions, &config, &parts);
    MUST(slice_equal(buf_slice(&whole), buf_slice(&parts)));
    buf_free(&octets);
    buf_free(&whole);
    buf_free(&parts);
    return 0;
}
