/* decode.c -- spconform decode: octets that somebody has, named. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "core/notation.h"
#include "sp/protocol.h"
#include "trace/commands.h"
#include "trace/complain.h"
#include "trace/hexdump.h"
#include "trace/trace.h"

static const char help[] =
    "usage: spconform decode [OPTION]... FILE|-\n"
    "\n"
    "Names the octets of an SP stream, field by field, with the clause for each.\n"
    "\n"
    "  --ipc          framed as over ipc: a type octet before each length\n"
    "  --ws           a WebSocket: the opening handshake, then frames\n"
    "  --type NAME    the sender of lines without > is a NAME (req, rep, pub, ...), where no\n"
    "                 greeting says so\n"
    "  --frames       the octets begin with a frame: there is no greeting or handshake\n"
    "  --json         JSON lines instead of text\n"
    "\n"
    "FILE holds hex, in any of the forms people have at hand: plain pairs, the byte notation\n"
    "(00 'SP' 00 u16:48 0000), the output of xxd or hexdump -C; # begins a comment.  A line that\n"
    "begins with > goes to the implementation under test, one with < comes from it; so does a\n"
    "line without either.  Or it holds the JSON lines of spconform trace or of a run.\n"
    "\n"
    "example: a request as a REP would see it\n"
    "\n"
    "  $ echo \"00 'SP' 00 0030 0000  u64:8 80001f03 'ping'\" | spconform decode -\n";

struct decode {
    enum trace_framing framing;
    uint16_t type;
    bool frames, json;
};

enum { INPUT_MAX = 64 << 20 };

static int usage(const char *what, const char *word)
{
    return complain("decode", "%s%s (--help shows how)", what, word);
}

static bool read_all(FILE *in, struct buf *out)
{
    for (;;) {
        uint8_t *to = buf_room(out, 64 << 10);
        size_t n = to ? fread(to, 1, 64 << 10, in) : 0;
        if (n == 0)
            return to && !ferror(in);
        buf_grew(out, n);
    }
}

static int fill(const struct decode *d, struct trace *t, struct buf *input, const char *name)
{
    struct buf why = { 0 };
    const char *text = buf_text(input);
    bool ok;
    if (input->n && memchr(buf_slice(input).p, '\0', input->n))
        return complain("decode", "%s: octets themselves, not hex: xxd FILE | spconform decode -",
                        name);
    if (text[strspn(text, " \t\r\n")] == '{') {
        FILE *lines = fmemopen(input->p, input->n, "r");
        ok = lines && trace_read_jsonl(t, lines, &why);
        if (lines)
            fclose(lines);
    } else {
        if (d->frames)
            trace_describe_greeted(t, 1, d->framing, d->type);
        else
            trace_describe(t, 1, d->framing, d->type);
        ok = hexdump_read(text, t, &why);
    }
    if (!ok)
        complain("decode", "%s: %s", name, why.n ? buf_text(&why) : strerror(errno));
    else if (trace_count(t) == 0)
        ok = complain("decode", "%s: there are no octets in it", name) == 0;
    buf_free(&why);
    return ok ? 0 : 2;
}

static int decode(const struct decode *d, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    FILE *in = standard ? stdin : fopen(path, "r");
    if (!in)
        return complain("decode", "%s: %s", path, strerror(errno));
    struct buf input;
    buf_init(&input, INPUT_MAX);
    bool ok = read_all(in, &input);
    if (!ok)
        complain("decode", "%s: %s", name, input.failed ? "more than 64 MiB" : strerror(errno));
    if (!standard)
        fclose(in);

    struct trace *t = trace_new();
    int status = ok && t ? fill(d, t, &input, name) : 2;
    if (status == 0 && !(d->json ? trace_jsonl : trace_text)(t, NULL, stdout))
        status = complain("decode", "standard output: %s", strerror(errno));
    trace_free(t);
    buf_free(&input);
    return status;
}

int cmd_decode(int argc, char **argv)
{
    static const struct option options[] = { { "ipc", no_argument, NULL, 'i' },
                                             { "ws", no_argument, NULL, 'w' },
                                             { "type", required_argument, NULL, 't' },
                                             { "frames", no_argument, NULL, 'f' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct decode d = { .framing = TRACE_TCP };
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        const struct sp_protocol *p;
        switch (c) {
        case 'i':
            d.framing = TRACE_IPC;
            break;
        case 'w':
            d.framing = TRACE_WS;
            break;
        case 't':
            p = sp_protocol_named(optarg);
            if (!p)
                return usage("unknown endpoint type ", optarg);
            d.type = p->self;
            break;
        case 'f':
            d.frames = true;
            break;
        case 'j':
            d.json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        case ':':
            return usage("a value is missing after ", argv[optind - 1]);
        default: /* any character getopt returns */
            return usage("unknown option ", argv[optind - 1]);
        }
    }
    if (argc - optind != 1)
        return usage(argc == optind ? "no FILE" : "more than one FILE", "");
    return decode(&d, argv[optind]);
}
