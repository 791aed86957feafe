#include "report/story.h"
#include "report/text.h"

static void line(FILE *out, const char *label, const char *value)
{
    if (!*value)
        return;
    fprintf(out, "%-9s", label);
    text_put(out, value, TEXT_XML);
    fputc('\n', out);
}

void story_put(FILE *out, const struct result *x)
{
    line(out, "title", x->title);
    line(out, "clause", x->clauses);
    line(out, "why", x->why);
    if (x->verdict == V_XFAIL) {
        line(out, "was", verdict_name(x->was));
        line(out, "expected", x->expected_because);
    }
    line(out, "at", x->at);
    line(out, "script", x->script);
    text_put(out, x->detail, TEXT_XML);
    if (*x->detail)
        fputc('\n', out);
    line(out, "trace", x->trace);
    line(out, "repeat", x->repeat);
}
