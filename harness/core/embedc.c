/* embedc OUT.c ROOT NAME FILE... [-- NAME FILE...]... -- turns text files into tables of lines:
 * each NAME becomes a `const struct embedded NAME[]` that ends with a path of NULL. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\' || *p == '?')
            fprintf(out, "\\%c", *p);
        else if (*p < ' ' || *p >= 127)
            fprintf(out, "\\%03o", *p);
        else
            fputc(*p, out);
    }
    fputc('"', out);
}

/* Writes the lines of the file as array `lines_N`; returns their number, or -1. */
static long put_lines(FILE *out, const char *path, int number)
{
    FILE *in = fopen(path, "r");
    if (!in) {
        perror(path);
        return -1;
    }
    char *text = NULL;
    size_t cap = 0;
    ssize_t n;
    long count = 0;
    fprintf(out, "static const char *const lines_%d[] = {\n", number);
    for (; (n = getline(&text, &cap, in)) >= 0; count++) {
        text[strcspn(text, "\n")] = '\0';
        fputs("    ", out);
        put_string(out, text);
        fputs(",\n", out);
    }
    fputs("    NULL,\n};\n", out);
    free(text);
    fclose(in);
    return count;
}

static const char *below(const char *root, const char *path)
{
    size_t n = strlen(root);
    return strncmp(path, root, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: embedc OUT.c ROOT NAME FILE... [-- NAME FILE...]...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "w");
    long *count = calloc((size_t)argc, sizeof(*count));
    bool good = out && count;
    if (good)
        fputs("/* Made by embedc. */\n#include \"core/script.h\"\n\n", out);
    for (int i = 3; good && i < argc;) {
        const char *name = argv[i++];
        int first = i;
        for (; good && i < argc && strcmp(argv[i], "--") != 0; i++)
            good = (count[i] = put_lines(out, argv[i], i)) >= 0;
        fprintf(out, "const struct embedded %s[] = {\n", name);
        for (int j = first; j < i; j++) {
            fputs("    { ", out);
            put_string(out, below(argv[2], argv[j]));
            fprintf(out, ", lines_%d, %ld },\n", j, count[j]);
        }
        fputs("    { NULL, NULL, 0 },\n};\n\n", out);
        i++;
    }
    free(count);
    if (out && fclose(out) != 0)
        good = false;
    if (!good) {
        perror(argv[1]);
        remove(argv[1]);
    }
    return good ? 0 : 1;
}
