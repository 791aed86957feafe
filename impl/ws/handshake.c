#include "ws/handshake.h"
#include <string.h>
#include "base/base64.h"
#include "base/sha1.h"

const char ws_omit[] = "(left out)"; /* its address counts */

void ws_accept_key(struct slice key, char *to)
{
    struct sha1 s;
    uint8_t digest[SHA1_SIZE];
    sha1_init(&s);
    sha1_update(&s, key);
    sha1_update(&s, slice_text("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")); /* 1.3 */
    sha1_final(&s, digest);
    base64_encode(to, slice_of(digest, sizeof digest));
    to[WS_ACCEPT_SIZE] = '\0';
}

static const char * or (const char *text, const char *usual)
{
    return text != NULL ? text : usual;
}

static void line(struct buf *out, const char *name, const char *value, const char *end)
{
    if (value != NULL && value != ws_omit)
        buf_printf(out, "%s: %s%s", name, value, end);
}

static void finish(struct buf *out, const char *extra, const char *end, bool unfinished)
{
    buf_put_slice(out, slice_text(or (extra, "")));
    if (!unfinished)
        buf_put_slice(out, slice_text(end));
}

void ws_request_write(struct buf *out, const struct ws_request *r)
{
    const char *end = or (r->line_end, "\r\n");
    buf_printf(out, "%s %s %s%s", or (r->method, "GET"), or (r->target, "/"),
               or (r->http_version, "HTTP/1.1"), end);
    line(out, "Host", or (r->host, "localhost"), end);
    line(out, "Upgrade", or (r->upgrade, "websocket"), end);
    line(out, "Connection", or (r->connection, "Upgrade"), end);
    line(out, "Sec-WebSocket-Key", or (r->key, "dGhlIHNhbXBsZSBub25jZQ=="), end);
    line(out, "Sec-WebSocket-Version", or (r->version, "13"), end);
    line(out, "Sec-WebSocket-Protocol", r->protocols, end);
    line(out, "Sec-WebSocket-Extensions", r->extensions, end);
    finish(out, r->extra, end, r->unfinished);
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        { 101, "Switching Protocols" },
        { 400, "Bad Request" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 426, "Upgrade Required" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 503, "Service Unavailable" },
        { 505, "HTTP Version Not Supported" },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].status == status)
            return known[i].reason;
    return "";
}

/* RFC 7231 6.5.5 and 6.5.15: what these two have to say; RFC 6455 4.4. */
static void refusal(struct buf *out, const struct ws_response *r, int status, const char *end)
{
    const char *connection = "close";
    if (status == 405)
        line(out, "Allow", "GET", end);
    if (status == 426) {
        line(out, "Upgrade", or (r->upgrade, "websocket"), end);
        line(out, "Sec-WebSocket-Version", "13", end);
        connection = "Upgrade, close";
    }
    line(out, "Connection", or (r->connection, connection), end);
    line(out, "Content-Length", "0", end);
}

void ws_response_write(struct buf *out, const struct ws_response *r)
{
    const char *end = or (r->line_end, "\r\n");
    int status = r->status == 0 ? 101 : r->status;
    buf_printf(out, "%s %03d %s%s", or (r->http_version, "HTTP/1.1"), status,
               or (r->reason, reason_of(status)), end);
    if (status == 101) {
        char accept[WS_ACCEPT_SIZE + 1];
        ws_accept_key(r->key, accept);
        line(out, "Upgrade", or (r->upgrade, "websocket"), end);
        line(out, "Connection", or (r->connection, "Upgrade"), end);
        line(out, "Sec-WebSocket-Accept", or (r->accept, accept), end);
    } else {
        refusal(out, r, status, end);
    }
    if (r->protocol.n > 0) {
        buf_put_slice(out, slice_text("Sec-WebSocket-Protocol: "));
        buf_put_slice(out, r->protocol);
        buf_put_slice(out, slice_text(end));
    }
    line(out, "Sec-WebSocket-Extensions", r->extensions, end);
    finish(out, r->extra, end, r->unfinished);
}
