/*
 * The least that runs a model: a loop in C over the library, with a callback that does nothing.
 * What the whole program adds to it is what tests.bench.npu measures.
 *
 *   cc -std=gnu11 -O2 -I../abi bare.c -o bare -ldl
 *   bare LIBRARY MODEL TOKENS ROUNDS
 *
 * Prints for each round the seconds from the first token to the last.
 */

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rkllm-1.3.0.h"

static double first, last;
static int tokens;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int on_result(RKLLMResult *result, void *userdata, LLMCallState state)
{
    (void)result;
    (void)userdata;
    if (state == RKLLM_RUN_NORMAL) {
        last = now_s();
        if (tokens++ == 0)
            first = last;
    }
    return 0;
}

int main(int count, char **arguments)
{
    if (count != 5)
        return 2;
    void *library = dlopen(arguments[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    RKLLMParam (*defaults)(void) = dlsym(library, "rkllm_createDefaultParam");
    int (*init)(LLMHandle *, RKLLMParam *, RKLLMCallback *) = dlsym(library, "rkllm_init");
    int (*run)(LLMHandle, RKLLMInput *, RKLLMInferParam *, void *) = dlsym(library, "rkllm_run");
    int (*destroy)(LLMHandle) = dlsym(library, "rkllm_destroy");
    RKLLMParam param = defaults();
    param.model_path = arguments[2];
    param.max_context_len = 4096;
    param.max_new_tokens = atoi(arguments[3]);
    param.n_keep = -1;
    RKLLMCallback callback = {.result_callback = on_result};
    LLMHandle handle = NULL;
    if (init(&handle, &param, &callback) != 0 || handle == NULL)
        return 1;
    for (int round = 0; round < atoi(arguments[4]); round++) {
        RKLLMInput input;
        memset(&input, 0, sizeof(input));
        input.role = "user";
        input.input_type = RKLLM_INPUT_PROMPT;
        input.prompt_input = "Go";
        RKLLMInferParam infer;
        memset(&infer, 0, sizeof(infer));
        tokens = 0;
        if (run(handle, &input, &infer, NULL) != 0)
            return 1;
        printf("%.6f\n", last - first);
        fflush(stdout);
    }
    return destroy(handle);
}
