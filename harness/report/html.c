/* html.c -- one file for a browser, without anything from elsewhere: counts that filter, a field
 * that searches, an anchor per instance.  Without scripts it is the same page, unfiltered. */
#include "report/kept.h"
#include "report/kinds.h"
#include "report/story.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>

struct html {
    struct reporter base;
    struct kept kept;
};

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
    "<style>\n"
    ":root{color-scheme:light dark;font:15px/1.4 system-ui,sans-serif}\n"
    "body{max-width:75em;margin:1em auto;padding:0 1em}\n"
    "summary{cursor:pointer;display:flex;gap:1em;padding:.2em 0}\n"
    "summary .n{flex:1;font-family:monospace;overflow-wrap:anywhere}\n"
    "details{border-bottom:1px solid #8884}pre{overflow-x:auto;margin:.3em 0 1em 5em}\n"
    ".v{min-width:4em;font-weight:bold}.bad{color:#d22}.odd{color:#b70}.good{color:#282}\n"
    "nav{display:flex;flex-wrap:wrap;gap:.5em;margin:1em 0}button,input{font:inherit}\n"
    "button[aria-pressed=true]{outline:2px solid}details:target{outline:2px solid #48f}\n"
    "</style>\n";

static const char script[] =
    "<script>\n"
    "const all=[...document.querySelectorAll('details')],find=document.getElementById('find');\n"
    "let kind='';\n"
    "function show(){const words=find.value.toLowerCase().split(/\\s+/);\n"
    "for(const d of all)d.hidden=!((!kind||d.dataset.v===kind||kind==='failed'&&"
    "d.dataset.failed)&&words.every(w=>d.textContent.toLowerCase().includes(w)))}\n"
    "for(const b of document.querySelectorAll('nav button'))b.onclick=()=>{"
    "kind=kind===b.value?'':b.value;\n"
    "for(const o of document.querySelectorAll('nav button'))o.setAttribute('aria-pressed',"
    "o.value===kind&&kind!=='');show()};\n"
    "find.oninput=show;\n"
    "function jump(){const d=document.getElementById(decodeURIComponent(location.hash.slice(1)));"
    "if(d)d.open=true}\nonhashchange=jump;jump();\n"
    "</script>\n";

static void result(struct reporter *r, const struct result *x)
{
    if (!kept_add(&((struct html *)r)->kept, x))
        r->failed = true;
}

static const char *class_of(enum verdict v)
{
    return verdict_failed(v) ? "bad" : v == V_PASS ? "good" : "odd";
}

static void instance(FILE *out, const struct result *x)
{
    bool failed = verdict_failed(x->verdict);
    const char *v = verdict_name(x->verdict);
    fputs("<details id=\"", out);
    text_put(out, x->instance, TEXT_XML_LINE);
    fprintf(out, "\" data-v=\"%s\"%s><summary><span class=\"v %s\">%s</span><span class=n>", v,
            failed ? " data-failed=1 open" : "", class_of(x->verdict), v);
    text_put(out, x->instance, TEXT_XML);
    fprintf(out, "</span><span>%s ", level_name(x->level));
    text_put(out, x->requirements, TEXT_XML);
    fprintf(out, "</span><span>%" PRId64 " ms</span></summary><pre>", x->ms);
    story_put(out, x);
    fputs("</pre></details>\n", out);
}

static void put_counts(FILE *out, const struct summary *s)
{
    fprintf(out, "<p><strong>%u passed, %u failed, %u skipped</strong> in %" PRId64 ".%03d s</p>\n",
            s->passed, s->failed, s->skipped, s->wall_ms / 1000, (int)(s->wall_ms % 1000));
    fputs("<nav><button value=failed aria-pressed=false>failed</button>\n", out);
    for (unsigned v = 0; v < V_COUNT; v++) {
        if (s->count[v])
            fprintf(out, "<button value=%s aria-pressed=false class=%s>%s %u</button>\n",
                    verdict_name((enum verdict)v), class_of((enum verdict)v),
                    verdict_name((enum verdict)v), s->count[v]);
    }
    fputs("<input id=find type=search placeholder=\"words\" aria-label=\"search\"></nav>\n", out);
}

static void put_paragraph(FILE *out, const char *title, const char *text)
{
    if (!*text)
        return;
    fprintf(out, "<p class=bad>%s</p><pre>", title);
    text_put(out, text, TEXT_XML);
    fputs("</pre>\n", out);
}

static void end(struct reporter *r, const struct summary *s)
{
    struct html *h = (struct html *)r;
    const char *peer = *s->peer ? s->peer : "spconform";
    kept_sort(&h->kept);
    fputs(head, r->out);
    fputs("<title>", r->out);
    text_put(r->out, peer, TEXT_XML);
    fputs("</title></head><body>\n<h1>", r->out);
    text_put(r->out, peer, TEXT_XML);
    fputs("</h1>\n", r->out);
    put_paragraph(r->out, "Stopped early", s->stopped);
    put_paragraph(r->out, "Stale expectations", s->notes);
    put_counts(r->out, s);
    for (size_t i = 0; i < h->kept.n; i++) {
        if (verdict_failed(h->kept.list[i].result.verdict))
            instance(r->out, &h->kept.list[i].result);
    }
    for (size_t i = 0; i < h->kept.n; i++) {
        if (!verdict_failed(h->kept.list[i].result.verdict))
            instance(r->out, &h->kept.list[i].result);
    }
    fputs(script, r->out);
    fputs("</body></html>\n", r->out);
}

static void free_it(struct reporter *r)
{
    kept_free(&((struct html *)r)->kept);
    free(r);
}

struct reporter *html_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "html", .result = result, .end = end, .free = free_it
    };
    struct html *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->base.ops = &ops;
    return &h->base;
}
