/* Runs an entry on made-up inputs, or on the files named: fuzz_x COUNT | fuzz_x FILE... */
#include "fuzz.h"
#include <stdio.h>
#include "base/rng.h"

static int run_file(const char *name)
{
    static uint8_t octets[1 << 20];
    FILE *f = fopen(name, "rb");
    if (f == NULL) {
        perror(name);
        return 2;
    }
    size_t n = fread(octets, 1, sizeof octets, f);
    fclose(f);
    LLVMFuzzerTestOneInput(octets, n);
    return 0;
}

/* Mostly small numbers: lengths, choices and tags that make sense get further. */
static uint8_t likely(struct rng *rng)
{
    static const uint8_t common[] = { 0, 0, 0, 0, 1, 2, 4, 8, 0x80, 0x80, 'S', 'P', 0xff };
    uint32_t dice = rng_below(rng, 16);
    return dice < sizeof common ? common[dice] : (uint8_t)rng_next(rng);
}

int main(int argc, char **argv)
{
    char *end;
    unsigned long count = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
    if (argc > 1 && *end == '\0') {
        struct rng rng;
        rng_seed(&rng, 1);
        for (unsigned long i = 0; i < count; i++) {
            uint8_t octets[600];
            size_t n = rng_below(&rng, sizeof octets);
            for (size_t k = 0; k < n; k++)
                octets[k] = likely(&rng);
            LLVMFuzzerTestOneInput(octets, n);
        }
        return 0;
    }
    for (int i = 1; i < argc; i++)
        if (run_file(argv[i]) != 0)
            return 2;
    return 0;
}
