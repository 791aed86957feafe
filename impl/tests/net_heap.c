#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "base/heap.h"
#include "base/rng.h"

enum { N = 200, ROUNDS = 20000 };

/* Against the plainest model: the least (key, order) of an array. */
static void as_a_sorted_array(void **state)
{
    (void)state;
    static struct heap_node nodes[N];
    struct heap heap = { 0 };
    struct rng rng;
    rng_seed(&rng, 1);
    for (int round = 0; round < ROUNDS; round++) {
        struct heap_node *n = &nodes[rng_below(&rng, N)];
        if (rng_below(&rng, 3) == 0)
            heap_remove(&heap, n);
        else
            heap_put(&heap, n, rng_below(&rng, 50));
        if (rng_below(&rng, 4) == 0 && heap_first(&heap))
            heap_remove(&heap, heap_first(&heap));
        const struct heap_node *least = NULL;
        for (int i = 0; i < N; i++) {
            const struct heap_node *c = &nodes[i];
            if (c->in && (!least || c->key < least->key ||
                          (c->key == least->key && c->order < least->order)))
                least = c;
        }
        assert_ptr_equal(heap_first(&heap), least);
    }
}

static void equal_keys_keep_their_order(void **state)
{
    (void)state;
    struct heap_node nodes[N] = { 0 };
    struct heap heap = { 0 };
    for (int i = 0; i < N; i++)
        heap_put(&heap, &nodes[i], 7);
    for (int i = 0; i < N; i++) {
        assert_ptr_equal(heap_first(&heap), &nodes[i]);
        heap_remove(&heap, &nodes[i]);
    }
    assert_null(heap_first(&heap));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_sorted_array),
        cmocka_unit_test(equal_keys_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
