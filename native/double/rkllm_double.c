/*
 * A stand-in for Rockchip's librkllmrt.so, for tests on machines without an NPU. It holds no model:
 * a "model file" is a text that says what to answer, how fast, and what to break.
 *
 *   cc -shared -fPIC -std=gnu11 -DGENERATION=130 -DVERSION='"1.3.0"' -DABI='"rkllm-1.3.0.h"'
 *      -I../abi rkllm_double.c -o librkllmrt.so -lpthread
 *
 * GENERATION is 110, 120, 121 or 130: the release whose layout this build speaks.
 *
 * How it is told what to do:
 *   1. A model file begins with the line MODEL_MAGIC; lines "name = value" follow up to an empty
 *      line. Adapters and prompt caches have a magic of their own and a checksum.
 *   2. "name=value;name=value" in the environment variable RKLLM_DOUBLE overrides the file.
 *   3. `struct options` lists the names. What nobody knows of the real library is a switch there.
 *
 * What it tells: every call, and every violation of the contract by its caller, is a line of JSON
 * in the file that RKLLM_DOUBLE_RECORD names. The log lines of the real library are reproduced.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include ABI

#define MODEL_MAGIC "RKLLM-DOUBLE-MODEL\xff 1" /* not text: a text file is no model */
#define LORA_MAGIC "RKLLM-DOUBLE-LORA\xff 1"
#define CACHE_MAGIC "RKLLM-DOUBLE-CACHE 1"
#define POISON (-77077)
#define RESERVED_CONTEXT 4
#define HANDLE_LIVE 0x4c495645524b4c4cULL
#define HANDLE_DEAD 0x444541444c4c4d00ULL
#define EXPORT __attribute__((visibility("default")))

/* What tools and bindings look for in the file. The second number is a trap: it is not ours. */
EXPORT const char rkllm_double_text[] =
    "RKLLM SDK (version: " VERSION " | target: Linux | build: double (test double))";
__attribute__((used)) static const char backend_text[] = "rknn llm lib version: 2.3.3b0 (double@2026-01-01)";

/* --- Options ------------------------------------------------------------------------------- */

struct options {
    char reply[8192];        /* words to write; "@echo" repeats the user's last words */
    char repeat[16];         /* how often */
    char rate[16];           /* tokens per second; 0 is as fast as possible */
    char pace[8];            /* clock: a token is due at its time; work: it is computed, without
                                a pause, after the callback for the one before */
    char prefill_rate[16];   /* tokens per second; 0 takes no time */
    char load_s[16];         /* seconds of a load */
    char toolkit[32];
    char limit[16];          /* max_context_limit of the model */
    char cores[8];
    char platform[32];
    char dtype[32];
    char driver[32];
    char bytes[24];          /* size the file should have; a shorter one is damaged */
    char log_stream[16];     /* stdout, stderr, split: which stream carries which level */
    char log_flush[4];       /* 0 leaves lines in the buffer of stdio */
    char finish_text[16];    /* null, empty: what FINISH carries */
    char finish_result[16];  /* filled, null: whether FINISH has a result at all */
    char utf8[16];           /* characters of several tokens, see emit_token */
    char overflow[16];       /* return, callback, both: how a long prompt is refused */
    char context_full[16];   /* stop, shift, error: the context fills while writing */
    char abort_idle[8];      /* return value of an abort with nothing to abort */
    char abort_prefill[16];  /* end, step: when an abort is seen while the prompt is read */
    char abort_keeps[4];     /* 1 keeps the cut answer in the KV cache */
    char foreign_cache[16];  /* refuse, garbage, crash */
    char hidden[16];         /* one, two: callbacks of the hidden layer, without or with FINISH */
    char lora_unknown[16];   /* base, error */
    char pause_finish[4];    /* 1 sends FINISH after a pause */
    char save_cache[16];     /* ok, refused */
    char poison[4];          /* 1 leaves nonsense in fields whose default is not documented */
    char failed_handle[8];   /* null, junk: what a failed init leaves in the handle */
    char async_broken[4];    /* 1: run_async returns 0 and never calls back */
    char fault[128];         /* KIND@PHASE, several with commas between */
    char fault_after[16];    /* tokens written before a fault of the phase decode */
};

#define OPTION(name, value) { #name, offsetof(struct options, name), sizeof(((struct options *)0)->name), value }

static const struct {
    const char *name;
    size_t offset;
    size_t size;
    const char *value;
} OPTIONS[] = {
    OPTION(reply, "The double answers in plain words, one token after the other."),
    OPTION(repeat, "1"),
    OPTION(rate, "0"),
    OPTION(pace, "clock"),
    OPTION(prefill_rate, "0"),
    OPTION(load_s, "0"),
    OPTION(toolkit, VERSION),
    OPTION(limit, "4096"),
    OPTION(cores, "3"),
    OPTION(platform, "RK3588"),
    OPTION(dtype, "W8A8"),
    OPTION(driver, "0.9.8"),
    OPTION(bytes, "0"),
    OPTION(log_stream, "split"),
    OPTION(log_flush, "0"),
    OPTION(finish_text, "null"),
    OPTION(finish_result, "filled"),
    OPTION(utf8, "waiting"),
    OPTION(overflow, "return"),
    OPTION(context_full, "stop"),
    OPTION(abort_idle, "-1"),
    OPTION(abort_prefill, "end"),
    OPTION(abort_keeps, "1"),
    OPTION(foreign_cache, "refuse"),
    OPTION(hidden, "one"),
    OPTION(lora_unknown, "base"),
    OPTION(pause_finish, "0"),
    OPTION(save_cache, "ok"),
    OPTION(poison, "1"),
    OPTION(failed_handle, "null"),
    OPTION(async_broken, "0"),
    OPTION(fault, ""),
    OPTION(fault_after, "0"),
};

static void set_option(struct options *options, char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return;
    char *end = equals;
    while (end > line && isspace((unsigned char)end[-1]))
        end--;
    size_t length = (size_t)(end - line);
    char *value = equals + 1;
    while (*value == ' ')
        value++;
    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++) {
        if (strlen(OPTIONS[i].name) != length || strncmp(line, OPTIONS[i].name, length) != 0)
            continue;
        char *target = (char *)options + OPTIONS[i].offset;
        size_t used = 0;
        for (; *value != '\0' && used + 1 < OPTIONS[i].size; value++) {
            bool escaped = value[0] == '\\' && value[1] == 'n';
            target[used++] = escaped ? '\n' : *value;
            value += escaped;
        }
        target[used] = '\0';
    }
}

static void default_options(struct options *options)
{
    memset(options, 0, sizeof(*options));
    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
        strcpy((char *)options + OPTIONS[i].offset, OPTIONS[i].value);
}

static void override_options(struct options *options)
{
    const char *given = getenv("RKLLM_DOUBLE");
    if (given == NULL)
        return;
    char *copy = strdup(given), *rest = copy, *line;
    while ((line = strsep(&rest, ";")) != NULL)
        set_option(options, line);
    free(copy);
}

static bool is(const char *option, const char *value) { return strcmp(option, value) == 0; }

/* --- What it tells ------------------------------------------------------------------------- */

static void json_text(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (; text != NULL && *text != '\0' && used + 8 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            used += (size_t)sprintf(out + used, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            used += (size_t)sprintf(out + used, "\\u%04x", c);
        else
            out[used++] = (char)c;
    }
    out[used] = '\0';
}

__attribute__((format(printf, 1, 2))) static void record(const char *format, ...)
{
    const char *path = getenv("RKLLM_DOUBLE_RECORD");
    if (path == NULL)
        return;
    char line[65536];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof(line) - 2)
        length = (int)sizeof(line) - 2;
    line[length++] = '\n';
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        if (write(file, line, (size_t)length) < 0)
            perror("rkllm_double");
        close(file);
    }
}

__attribute__((format(printf, 1, 2))) static void violation(const char *format, ...)
{
    char words[1024], quoted[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    json_text(quoted, sizeof(quoted), words);
    record("{\"violation\": \"%s\"}", quoted);
    fprintf(stderr, "E rkllm_double: %s\n", words);
}

static struct options current; /* of the model that was loaded last: for the log */

static FILE *stream_of(char level)
{
    if (is(current.log_stream, "stdout"))
        return stdout;
    if (is(current.log_stream, "stderr"))
        return stderr;
    return level == 'I' ? stdout : stderr;
}

__attribute__((format(printf, 2, 3))) static void say(char level, const char *format, ...)
{
    FILE *stream = stream_of(level);
    va_list arguments;
    fprintf(stream, "%c rkllm: ", level);
    va_start(arguments, format);
    vfprintf(stream, format, arguments);
    va_end(arguments);
    fputc('\n', stream);
    if (!is(current.log_flush, "0"))
        fflush(stream);
}

__attribute__((format(printf, 1, 2))) static void say_rknn(const char *format, ...)
{
    FILE *stream = stream_of('E');
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    fprintf(stream, "E RKNN: [%02d:%02d:%02d.%03ld] ", parts.tm_hour, parts.tm_min, parts.tm_sec,
            now.tv_nsec / 1000000);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stream, format, arguments);
    va_end(arguments);
    fputc('\n', stream);
    if (!is(current.log_flush, "0"))
        fflush(stream);
}

static int log_level(void)
{
    const char *level = getenv("RKLLM_LOG_LEVEL");
    return level == NULL ? 0 : atoi(level);
}

/* --- The caller's memory ------------------------------------------------------------------- */

/* Whether the kernel can read there: it answers EFAULT where we would crash. */
static bool readable(const void *pointer, size_t size)
{
    char buffer[256];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return true;
    bool fine = true;
    for (size_t done = 0; fine && done < size;) {
        size_t part = size - done < sizeof(buffer) ? size - done : sizeof(buffer);
        fine = write(ends[1], (const char *)pointer + done, part) == (ssize_t)part &&
               read(ends[0], buffer, part) == (ssize_t)part;
        done += part;
    }
    close(ends[0]);
    close(ends[1]);
    return fine;
}

/* Length of a string of the caller's, or -1 where it is no string. */
static long text_length(const char *text)
{
    for (long length = 0; length < 64L * 1024 * 1024; length++) {
        if ((length == 0 || ((uintptr_t)(text + length) & 0xfff) == 0) && !readable(text + length, 1))
            return -1;
        if (text[length] == '\0')
            return length;
    }
    return -1;
}

static uint64_t fnv(const void *data, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3ULL;
    return hash;
}

/* Something of the caller's that has to stay as it is for a while. */
struct kept {
    const char *what;
    const void *pointer;
    size_t size;
    uint64_t hash;
};

#define MOST_KEPT 16

struct keeper {
    struct kept items[MOST_KEPT];
    int count;
};

static bool keep(struct keeper *keeper, const char *what, const void *pointer, size_t size)
{
    if (!readable(pointer, size)) {
        violation("%s cannot be read", what);
        return false;
    }
    if (keeper->count < MOST_KEPT)
        keeper->items[keeper->count++] = (struct kept){what, pointer, size, fnv(pointer, size)};
    return true;
}

static bool keep_text(struct keeper *keeper, const char *what, const char *text)
{
    long length = text == NULL ? -1 : text_length(text);
    if (length < 0) {
        violation("%s is not a string", what);
        return false;
    }
    return keep(keeper, what, text, (size_t)length + 1);
}

static void check_kept(const struct keeper *keeper, const char *when)
{
    for (int i = 0; i < keeper->count; i++) {
        const struct kept *item = &keeper->items[i];
        if (!readable(item->pointer, item->size) || fnv(item->pointer, item->size) != item->hash)
            violation("%s did not live until %s", item->what, when);
    }
}

/* --- Tokens -------------------------------------------------------------------------------- */

/* A token is a special mark, or up to four bytes of text with the space before them. Ids are
 * hashes, so that they are the same in every process; the table gives the text back. */
struct token {
    int32_t id;
    char text[48];
};

static struct token *table;
static size_t table_size, table_room;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static int32_t intern(const char *text, size_t length)
{
    if (length > sizeof(table->text) - 1)
        length = sizeof(table->text) - 1;
    int32_t id = (int32_t)(fnv(text, length) % 1000003);
    pthread_mutex_lock(&table_lock);
    size_t at = 0;
    while (at < table_size && table[at].id != id)
        at++;
    if (at == table_size) {
        if (table_size == table_room) {
            table_room = table_room ? 2 * table_room : 256;
            table = realloc(table, table_room * sizeof(*table));
        }
        table[at].id = id;
        memcpy(table[at].text, text, length);
        table[at].text[length] = '\0';
        table_size++;
    }
    pthread_mutex_unlock(&table_lock);
    return id;
}

struct tokens {
    int32_t *ids;
    size_t count, room;
};

static void add_token(struct tokens *tokens, int32_t id)
{
    if (tokens->count == tokens->room) {
        tokens->room = tokens->room ? 2 * tokens->room : 256;
        tokens->ids = realloc(tokens->ids, tokens->room * sizeof(int32_t));
    }
    tokens->ids[tokens->count++] = id;
}

static size_t piece_length(const char *text, bool split_characters)
{
    if (text[0] == '<' && text[1] == '|') {
        const char *end = strstr(text, "|>");
        if (end != NULL && end - text < 40)
            return (size_t)(end - text) + 2;
    }
    if (text[0] == '\n')
        return 1;
    size_t length = text[0] == ' ' ? 1 : 0;
    size_t most = length + 4;
    if (split_characters && (text[length] & 0x80))
        return length + 1; /* one byte of a character */
    while (length < most && text[length] != '\0' && strchr(" \n<", text[length]) == NULL) {
        length++;
        if (!split_characters)
            while ((text[length] & 0xc0) == 0x80)
                length++;
        else if (text[length] & 0x80)
            break;
    }
    return length ? length : 1;
}

static void tokenize(struct tokens *tokens, const char *text, bool split_characters)
{
    while (*text != '\0') {
        size_t length = piece_length(text, split_characters);
        add_token(tokens, intern(text, length));
        text += length;
    }
}

/* For callers who want to send tokens. Returns how many there are; fills at most `most`. */
EXPORT int rkllm_double_tokenize(const char *text, int32_t *ids, int most)
{
    struct tokens tokens = {0};
    tokenize(&tokens, text, false);
    int count = (int)tokens.count;
    for (int i = 0; i < count && i < most; i++)
        ids[i] = tokens.ids[i];
    free(tokens.ids);
    return count;
}

/* --- Handles ------------------------------------------------------------------------------- */

struct adapter {
    char name[64];
    char reply[4096];
    float scale;
};

struct model {
    uint64_t magic;
    struct options options;
    LLMResultCallback callback;
    void *userdata;
    RKLLMParam param;
    char *path;
    uint64_t checksum; /* of the model file: what adapters and caches are made for */
    struct keeper kept;
    struct tokens kv;
    struct adapter adapters[8];
    int adapter_count;
    bool has_template, template_is_empty, has_tools;
    char template[3][4096];
    bool is_paused;
    size_t written; /* tokens of the answer, across pauses */
    int written_of_max;
    atomic_int busy;    /* a call is inside */
    atomic_int running; /* a run is inside */
    atomic_int aborted;
    pthread_t runner;
    double load_ms;
};

static bool wants_fault(const struct options *options, const char *kind, const char *phase)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "%s@%s", kind, phase);
    const char *found = strstr(options->fault, wanted);
    return found != NULL && (found[strlen(wanted)] == '\0' || found[strlen(wanted)] == ',');
}

static void wait_until(double due_s)
{
    struct timespec due = {(time_t)due_s, (long)((due_s - (double)(time_t)due_s) * 1e9)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
        ;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Let a token be due at a point in time, or compute for a while as a model does. */
static void take_time(const struct options *options, double due_s, double work_s)
{
    if (is(options->pace, "clock")) {
        wait_until(due_s);
        return;
    }
    for (double end_s = now_s() + work_s; now_s() < end_s;)
        ;
}

static void crash(void)
{
    static volatile uintptr_t nowhere = 8;
    *(volatile int *)nowhere = 1;
}

/* Break in a way that does not return, if that is wanted in this phase. */
static void break_down(const struct options *options, const char *phase)
{
    if (wants_fault(options, "segfault", phase))
        crash();
    if (wants_fault(options, "abort", phase)) {
        fprintf(stderr, "GGML_ASSERT: src/double.c:1: mask->ne[0] == n_kv\n");
        abort();
    }
    if (wants_fault(options, "kill", phase))
        kill(getpid(), SIGKILL);
    if (wants_fault(options, "exit", phase))
        _exit(3);
    if (wants_fault(options, "block", phase))
        for (;;)
            pause();
    if (wants_fault(options, "spin", phase))
        for (;;)
            ;
}

static struct model *enter(LLMHandle handle, const char *call, bool alone)
{
    struct model *model = handle;
    if (model == NULL || !readable(model, sizeof(*model)) || model->magic != HANDLE_LIVE) {
        violation("%s with a handle that is %s", call,
                  model == NULL                                       ? "NULL"
                  : !readable(model, 8) || model->magic != HANDLE_DEAD ? "none"
                                                                      : "destroyed");
        return NULL;
    }
    if (alone && atomic_fetch_add(&model->busy, 1) != 0) {
        violation("%s while another call is inside", call);
        if (atomic_load(&model->running) && pthread_equal(model->runner, pthread_self()))
            violation("%s from inside the callback", call);
    }
    return model;
}

static void leave(struct model *model) { atomic_fetch_sub(&model->busy, 1); }

/* --- Files --------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t most, size_t *size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    char *data = malloc(most + 1);
    size_t used = 0;
    ssize_t got = 0;
    while (used < most && (got = read(file, data + used, most - used)) > 0)
        used += (size_t)got;
    close(file);
    if (got < 0) {
        free(data);
        return NULL;
    }
    data[used] = '\0';
    if (size != NULL)
        *size = used;
    return data;
}

/* The value of "name=" in a small text file. */
static bool field(const char *text, const char *name, char *out, size_t size)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "\n%s=", name);
    const char *found = strstr(text, wanted);
    if (found == NULL)
        return false;
    found += strlen(wanted);
    size_t length = strcspn(found, "\n");
    snprintf(out, size, "%.*s", (int)length, found);
    return true;
}

/* The last line of adapters and caches is "sum=" and the checksum of all before it. */
static bool sum_is_right(const char *text)
{
    const char *last = strstr(text, "\nsum=");
    if (last == NULL)
        return false;
    return strtoull(last + 5, NULL, 16) == fnv(text, (size_t)(last - text) + 1);
}

static int init_error(LLMHandle *handle, struct model *model)
{
    bool silent = wants_fault(&model->options, "silent", "init");
    /* 0, no word and a handle would be a success to anybody. */
    bool junk = is(model->options.failed_handle, "junk") && !(GENERATION == 110 && silent);
    *handle = junk ? (LLMHandle)(uintptr_t)0xdead : NULL;
    if (!silent)
        say('E', "rkllm_init failed");
    model->magic = HANDLE_DEAD;
#if GENERATION == 110
    return 0; /* 1.1.x prints and returns 0 */
#else
    return -1;
#endif
}

/* Takes the options out of a model file. Returns 0, or 1 when it is no model, or an errno. */
static int read_options(struct options *options, const char *path)
{
    char *text = read_file(path, 65536, NULL);
    if (text == NULL)
        return errno;
    bool known = strncmp(text, MODEL_MAGIC "\n", strlen(MODEL_MAGIC) + 1) == 0;
    char *rest = text, *line;
    while (known && (line = strsep(&rest, "\n")) != NULL && *line != '\0')
        set_option(options, line);
    free(text);
    override_options(options);
    return known ? 0 : 1;
}

static bool check_model(struct model *model, const char *path, int problem)
{
    if (problem > 1) {
        say('E', "failed to open model file %s: %s", path, strerror(problem));
        return false;
    }
    /* What the caller does with its text later is its own business, as is the way it is written. */
    model->path = realpath(path, NULL);
    if (model->path == NULL)
        model->path = strdup(path);
    model->checksum = fnv(model->options.toolkit, strlen(model->options.toolkit)) ^
                      fnv(model->path, strlen(model->path));
    say('I', "loading rkllm model from %s", path);
    struct stat status;
    if (problem == 1) {
        say('E', "invalid rkllm model!");
        return false;
    }
    if (stat(path, &status) != 0 || status.st_size < atoll(model->options.bytes)) {
        say_rknn("load model file error!");
        return false;
    }
    return true;
}

/* The real one reads the whole file; the kernel's counters show that to whoever watches. */
static void read_weights(const struct options *options, const char *path)
{
    double seconds = atof(options->load_s);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        return;
    size_t piece = 4 * 1024 * 1024;
    char *buffer = malloc(piece);
    double begun = now_s();
    double pieces = (double)status.st_size / (double)piece + 1;
    for (double done = 1; read(file, buffer, piece) > 0; done++)
        wait_until(begun + seconds * done / pieces);
    wait_until(begun + seconds);
    free(buffer);
    close(file);
}

/* --- The library --------------------------------------------------------------------------- */

EXPORT RKLLMParam rkllm_createDefaultParam(void)
{
    RKLLMParam param;
    struct options options;
    default_options(&options);
    override_options(&options);
    memset(&param, 0, sizeof(param));
    int unknown = is(options.poison, "1") ? POISON : 0;
    param.max_context_len = unknown;
    param.max_new_tokens = unknown;
    param.top_k = 40;
    param.top_p = 0.9f;
    param.temperature = 0.8f;
    param.repeat_penalty = 1.1f;
    param.mirostat_tau = 5.0f;
    param.mirostat_eta = 0.1f;
    param.skip_special_token = true;
#if GENERATION >= 120
    param.n_keep = unknown;
    param.extend_param.enabled_cpus_num = 4;
    param.extend_param.enabled_cpus_mask = 0xf0;
#endif
#if GENERATION >= 121
    param.extend_param.n_batch = 1;
#endif
    return param;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool is_bool(const bool *value) { return *(const uint8_t *)value <= 1; }

static void check_sampling(const char *where, int top_k, float top_p, float temperature,
                           float repeat, float frequency, float presence, int mirostat, float tau,
                           float eta)
{
    if (top_k < 0 || top_k > 100000 || !(top_p >= 0 && top_p <= 1) ||
        !(temperature >= 0 && temperature <= 10) || !(repeat > 0 && repeat <= 10) ||
        !(frequency >= -10 && frequency <= 10) || !(presence >= -10 && presence <= 10) ||
        mirostat < 0 || mirostat > 2 || !(tau >= 0 && tau <= 100) || !(eta >= 0 && eta <= 10))
        violation("%s has sampling values that make no sense", where);
}

static void check_param(const RKLLMParam *param)
{
    check_sampling("RKLLMParam", param->top_k, param->top_p, param->temperature,
                   param->repeat_penalty, param->frequency_penalty, param->presence_penalty,
                   param->mirostat, param->mirostat_tau, param->mirostat_eta);
    if (param->max_context_len == POISON || param->max_new_tokens == POISON)
        violation("a field of RKLLMParam was left to an undocumented default");
    else if (param->max_context_len < 1 || param->max_context_len > 1 << 20 ||
             param->max_new_tokens < -1 || param->max_new_tokens > 1 << 20)
        violation("RKLLMParam has lengths that make no sense");
    if (!is_bool(&param->skip_special_token) || !is_bool(&param->is_async))
        violation("a bool of RKLLMParam is neither true nor false");
    if (!all_zero(param->extend_param.reserved, sizeof(param->extend_param.reserved)))
        violation("the reserved bytes of RKLLMExtendParam were written");
    if (param->extend_param.base_domain_id < 0 || param->extend_param.base_domain_id > 15)
        violation("base_domain_id is %d", param->extend_param.base_domain_id);
#if GENERATION >= 120
    if (param->n_keep == POISON)
        violation("n_keep was left to an undocumented default");
    int cpus = param->extend_param.enabled_cpus_num;
    if (cpus < 0 || cpus > 32 || __builtin_popcount(param->extend_param.enabled_cpus_mask) != cpus)
        violation("enabled_cpus_mask 0x%x does not name %d CPUs",
                  param->extend_param.enabled_cpus_mask, cpus);
    if (param->extend_param.embed_flash < 0 || param->extend_param.embed_flash > 1)
        violation("embed_flash is %d", param->extend_param.embed_flash);
#endif
#if GENERATION >= 130
    if (!is_bool(&param->ignore_eos_token))
        violation("a bool of RKLLMParam is neither true nor false");
#endif
}

static void record_init(const RKLLMParam *param)
{
    char path[4096];
    json_text(path, sizeof(path), param->model_path);
    record("{\"call\": \"init\", \"model_path\": \"%s\", \"max_context_len\": %d, "
           "\"max_new_tokens\": %d, \"top_k\": %d, \"top_p\": %g, \"temperature\": %g, "
           "\"repeat_penalty\": %g, \"is_async\": %d, \"base_domain_id\": %d"
#if GENERATION >= 120
           ", \"n_keep\": %d, \"embed_flash\": %d, \"cpus\": %d, \"mask\": %u"
#endif
#if GENERATION >= 121
           ", \"n_batch\": %d"
#endif
           "}",
           path, param->max_context_len, param->max_new_tokens, param->top_k, param->top_p,
           param->temperature, param->repeat_penalty, param->is_async,
           param->extend_param.base_domain_id
#if GENERATION >= 120
           , param->n_keep, param->extend_param.embed_flash,
           param->extend_param.enabled_cpus_num, param->extend_param.enabled_cpus_mask
#endif
#if GENERATION >= 121
           , param->extend_param.n_batch
#endif
    );
}

static bool parameters_fit(struct model *model)
{
    const struct options *options = &model->options;
    if (strncmp(options->toolkit, "1.0", 3) == 0) {
        say('E', "The model version is too old, please use the latest toolkit to reconvert the model!");
        return false;
    }
    if (!is(options->platform, "RK3588")) {
        say('E', "The model target_platform does not match!");
        return false;
    }
    if (model->param.max_context_len > atoi(options->limit)) {
        say('E', "max_context[%d] must be less than the model's max_context_limit[%s]",
            model->param.max_context_len, options->limit);
        return false;
    }
#if GENERATION >= 120
    if (model->param.extend_param.enabled_cpus_num < atoi(options->cores)) {
        say('E', "The number of enabled CPUs must be greater than or equal to the number of NPU cores.");
        return false;
    }
#endif
#if GENERATION >= 121
    int batch = model->param.extend_param.n_batch;
    if (batch < 1 || batch > 100) {
        say('E', "The n_batch must be between 1 and 100, but got %d", batch);
        return false;
    }
#endif
    return true;
}

static void say_loaded(const struct model *model)
{
    const struct options *options = &model->options;
    say('I', "rkllm-toolkit version: %s, max_context_limit: %s, npu_core_num: %s, "
             "target_platform: %s, model_dtype: %s",
        options->toolkit, options->limit, options->cores, options->platform, options->dtype);
#if GENERATION >= 120
    char list[256] = "";
    for (int cpu = 0; cpu < 32; cpu++)
        if (model->param.extend_param.enabled_cpus_mask >> cpu & 1)
            snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%d", *list ? ", " : "", cpu);
    say('I', "Enabled cpus: [%s]", list);
    say('I', "Enabled cpus num: %d", model->param.extend_param.enabled_cpus_num);
#endif
    if (log_level() >= 2)
        say('I', "vocab_size: 151936, BOS: 151643, EOS: 151645");
}

#if GENERATION >= 130
EXPORT int rkllm_init(LLMHandle *handle, RKLLMParam *param, RKLLMCallback *callback)
#else
EXPORT int rkllm_init(LLMHandle *handle, RKLLMParam *param, LLMResultCallback callback)
#endif
{
    if (!readable(handle, sizeof(*handle)) || !readable(param, sizeof(*param))) {
        violation("init with pointers that cannot be read");
        return -1;
    }
    struct model *model = calloc(1, sizeof(*model));
    double begun = now_s();
    default_options(&model->options);
    override_options(&model->options);
    current = model->options;
    model->param = *param;
#if GENERATION >= 130
    if (!keep(&model->kept, "RKLLMCallback", callback, sizeof(*callback)))
        return init_error(handle, model);
    model->callback = callback->result_callback;
    model->userdata = callback->result_userdata;
#else
    model->callback = callback;
#endif
    if (model->callback == NULL)
        violation("init without a callback");
    if (!keep_text(&model->kept, "model_path", param->model_path))
        return init_error(handle, model);
    check_param(param);
    record_init(param);
    int problem = read_options(&model->options, param->model_path);
    current = model->options;
    if (strcmp(model->options.driver, "0.9.7") < 0)
        say('W', "Warning: Your rknpu driver version is too low, please upgrade to 0.9.7");
    say('I', "rkllm-runtime version: %s, rknpu driver version: %s, platform: RK3588", VERSION,
        model->options.driver);
    if (!check_model(model, param->model_path, problem))
        return init_error(handle, model);
    break_down(&model->options, "init");
    if (wants_fault(&model->options, "fail", "init")) {
        say_rknn("failed to allocate handle, ret: -1, errno: 14, errstr: Bad address");
        say_rknn("failed to malloc npu memory, size: 268435456, flags: 0x2");
        return init_error(handle, model);
    }
    if (wants_fault(&model->options, "silent", "init"))
        return init_error(handle, model);
    if (wants_fault(&model->options, "null", "init")) {
        *handle = NULL;
        return 0;
    }
    if (!parameters_fit(model))
        return init_error(handle, model);
    read_weights(&model->options, param->model_path);
    say_loaded(model);
    model->load_ms = (now_s() - begun) * 1000;
    model->magic = HANDLE_LIVE;
    *handle = model;
    return 0;
}

EXPORT int rkllm_destroy(LLMHandle handle)
{
    struct model *model = enter(handle, "destroy", false);
    record("{\"call\": \"destroy\"}");
    if (model == NULL)
        return -1;
    if (atomic_load(&model->running)) {
        violation("destroy during a run");
        crash();
    }
    check_kept(&model->kept, "destroy");
    break_down(&model->options, "destroy");
    model->magic = HANDLE_DEAD; /* the memory stays, so that a second destroy is seen */
    free(model->kv.ids);
    free(model->path);
    return 0;
}

EXPORT int rkllm_load_lora(LLMHandle handle, RKLLMLoraAdapter *adapter)
{
    struct model *model = enter(handle, "load_lora", true);
    if (model == NULL)
        return -1;
    struct keeper keeper = {0};
    int result = -1;
    if (keep(&keeper, "RKLLMLoraAdapter", adapter, sizeof(*adapter)) &&
        keep_text(&keeper, "lora_adapter_path", adapter->lora_adapter_path) &&
        keep_text(&keeper, "lora_adapter_name", adapter->lora_adapter_name)) {
        char name[256];
        json_text(name, sizeof(name), adapter->lora_adapter_name);
        record("{\"call\": \"load_lora\", \"name\": \"%s\", \"scale\": %g}", name, adapter->scale);
        break_down(&model->options, "lora");
        char *text = read_file(adapter->lora_adapter_path, 65536, NULL), base[256];
        if (text == NULL || strncmp(text, LORA_MAGIC "\n", strlen(LORA_MAGIC) + 1) != 0 ||
            !sum_is_right(text))
            say('E', "failed to load lora adapter: %s", adapter->lora_adapter_path);
        else if (field(text, "base", base, sizeof(base)) && !is(base, model->options.dtype) &&
                 strstr(model->path, base) == NULL)
            say('E', "lora adapter does not match the base model");
        else if (model->adapter_count == 8)
            say('E', "too many lora adapters");
        else {
            struct adapter *slot = &model->adapters[model->adapter_count++];
            snprintf(slot->name, sizeof(slot->name), "%s", adapter->lora_adapter_name);
            slot->scale = adapter->scale;
            field(text, "reply", slot->reply, sizeof(slot->reply));
            result = 0;
        }
        free(text);
    }
    leave(model);
    return result;
}

static int cache_error(const char *path)
{
    say('E', "failed to load prompt cache: %s", path);
    return -1;
}

EXPORT int rkllm_load_prompt_cache(LLMHandle handle, const char *path)
{
    struct model *model = enter(handle, "load_prompt_cache", true);
    if (model == NULL)
        return -1;
    char quoted[4096], value[64];
    json_text(quoted, sizeof(quoted), path);
    record("{\"call\": \"load_prompt_cache\", \"path\": \"%s\"}", quoted);
    char *text = read_file(path, 16 * 1024 * 1024, NULL);
    int result = 0;
    if (text == NULL || strncmp(text, CACHE_MAGIC "\n", strlen(CACHE_MAGIC) + 1) != 0 ||
        !sum_is_right(text)) {
        result = cache_error(path);
    } else {
        field(text, "model", value, sizeof(value));
        bool foreign = strtoull(value, NULL, 16) != model->checksum;
        if (foreign && is(model->options.foreign_cache, "crash"))
            crash();
        if (foreign && is(model->options.foreign_cache, "refuse")) {
            result = cache_error(path);
        } else {
            model->kv.count = 0;
            const char *ids = strstr(text, "\ntokens=") + 8;
            for (char *end; *ids != '\n'; ids = end) {
                long id = strtol(ids, &end, 10);
                if (end == ids)
                    break;
                add_token(&model->kv, foreign ? (int32_t)id + 1 : (int32_t)id);
            }
        }
    }
    free(text);
    leave(model);
    return result;
}

EXPORT int rkllm_release_prompt_cache(LLMHandle handle)
{
    struct model *model = enter(handle, "release_prompt_cache", true);
    if (model == NULL)
        return -1;
    record("{\"call\": \"release_prompt_cache\"}");
    leave(model);
    return 0;
}

static void save_cache(struct model *model, const char *path)
{
    if (is(model->options.save_cache, "refused")) {
        say('W', "The qwen35 model does not support saving prompt cache!");
        return;
    }
    char *text = malloc(256 + 12 * model->kv.count);
    int used = sprintf(text, CACHE_MAGIC "\nmodel=%016llx\ntokens=",
                       (unsigned long long)model->checksum);
    for (size_t i = 0; i < model->kv.count; i++)
        used += sprintf(text + used, "%s%d", i ? " " : "", model->kv.ids[i]);
    used += sprintf(text + used, "\n");
    used += sprintf(text + used, "sum=%016llx\n", (unsigned long long)fnv(text, (size_t)used));
    FILE *file = fopen(path == NULL ? "./prompt_cache.bin" : path, "w");
    if (file == NULL)
        say('E', "failed to save prompt cache: %s", strerror(errno));
    else {
        fwrite(text, 1, (size_t)used, file);
        fclose(file);
    }
    free(text);
}

/* --- A run --------------------------------------------------------------------------------- */

struct run {
    struct model *model;
    void *userdata;
    const struct adapter *adapter;
    RKLLMInferMode mode;
    int keep_history;
    int max_new_tokens;
    bool thinking;
    const char *save_path;
    bool saves;
    struct keeper kept;
    size_t computed;
    double prefill_ms, decode_ms;
    int emitted;
    double first_at, last_at; /* when the callback was entered */
    double callback_s;        /* spent in it */
    bool finished;
};

static int call_back(struct run *run, RKLLMResult *result, LLMCallState state)
{
    if (run->model->callback == NULL)
        return 0;
    double begun = now_s();
#if GENERATION >= 121
    int wish = run->model->callback(result, run->userdata, state);
#else
    int wish = 0;
    run->model->callback(result, run->userdata, state);
#endif
    run->callback_s += now_s() - begun;
    return wish;
}

#if GENERATION >= 121
static float peak_memory_mb(void)
{
    char *text = read_file("/proc/self/status", 8192, NULL);
    const char *line = text == NULL ? NULL : strstr(text, "VmHWM:");
    float mb = line == NULL ? 0 : (float)atof(line + 6) / 1024;
    free(text);
    return mb;
}
#endif

static void finish(struct run *run)
{
    RKLLMResult result;
    memset(&result, 0, sizeof(result));
    result.text = is(run->model->options.finish_text, "empty") ? "" : NULL;
    result.token_id = -1;
#if GENERATION >= 121
    result.perf.prefill_time_ms = (float)run->prefill_ms;
    result.perf.prefill_tokens = (int)run->computed;
    result.perf.generate_time_ms = (float)run->decode_ms;
    result.perf.generate_tokens = run->emitted > 0 ? run->emitted - 1 : 0;
    result.perf.memory_usage_mb = peak_memory_mb();
    if (log_level() >= 1) {
        say('I', "--------------------------------------------------------------------------------------");
        say('I', " Model init time (ms)  %.2f", run->model->load_ms);
        say('I', "--------------------------------------------------------------------------------------");
        say('I', " Stage         Total Time (ms)  Tokens    Time per Token (ms)      Tokens per Second");
        say('I', " Prefill       %-16.2f %-9d", run->prefill_ms, (int)run->computed);
        say('I', " Generate      %-16.2f %-9d", run->decode_ms, result.perf.generate_tokens);
        say('I', " Peak Memory Usage (MB)  %.2f", result.perf.memory_usage_mb);
    }
#endif
    run->finished = true;
    bool null = is(run->model->options.finish_result, "null");
    call_back(run, null ? NULL : &result, RKLLM_RUN_FINISH);
}

static void *call_back_late(void *argument)
{
    struct run *run = argument;
    wait_until(now_s() + 0.05);
    RKLLMResult result = {.text = "late", .token_id = 1};
    call_back(run, &result, RKLLM_RUN_NORMAL);
    free(run);
    return NULL;
}

static void last_user_words(const char *prompt, char *out, size_t size)
{
    const char *user = prompt, *next;
    while ((next = strstr(user, "<|im_start|>user\n")) != NULL)
        user = next + strlen("<|im_start|>user\n");
    const char *end = strstr(user, "<|im_end|>");
    snprintf(out, size, "%.*s", (int)(end == NULL ? strlen(user) : (size_t)(end - user)), user);
}

/* The whole answer, as the model would write it if nobody stopped it. */
static char *answer_to(const struct run *run, const char *prompt)
{
    const struct options *options = &run->model->options;
    int repeat = atoi(options->repeat);
    const char *words = options->reply;
    char echo[8192];
    if (run->adapter != NULL && run->adapter->scale != 0 && run->adapter->reply[0] != '\0')
        words = run->adapter->reply;
    if (is(words, "@echo")) {
        last_user_words(prompt, echo, sizeof(echo));
        words = echo;
    }
    if (wants_fault(options, "garbage", "decode"))
        words = "sound \xff\xfe\x80 and \xf0\x9f broken \xc3( text";
    char *text = malloc(strlen(words) * (size_t)(repeat + 1) + 256);
    text[0] = '\0';
    if (run->thinking)
        strcat(text, "<think>\nThe double thinks.\n</think>\n\n");
    char *end = text + strlen(text);
    for (int i = 0; i < repeat; i++)
        end = stpcpy(end, words);
    return text;
}

static int emit(struct run *run, int32_t id, const char *text, LLMCallState state)
{
    RKLLMResult result;
    memset(&result, 0, sizeof(result));
    result.text = text;
    result.token_id = id;
    return call_back(run, &result, state);
}

/* Length of the character that begins with this byte. */
static size_t character_length(unsigned char first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Send one token. While a character is incomplete: "raw" sends its bytes as they come; "waiting"
 * and "silent" send WAITING with an empty text or none, then the whole; "partial" sends WAITING with
 * the bytes and then the rest; "repeat" sends them and then the whole. "whole" never splits one. */
static int emit_token(struct run *run, int32_t id, const char *text, size_t length, char *pending)
{
    const struct options *options = &run->model->options;
    char piece[64];
    snprintf(piece, sizeof(piece), "%.*s", (int)length, text);
    if (is(options->utf8, "raw"))
        return emit(run, id, piece, RKLLM_RUN_NORMAL);
    strcat(pending, piece);
    size_t at = 0;
    while (pending[at] != '\0') {
        size_t needed = character_length((unsigned char)pending[at]);
        if (strlen(pending + at) < needed) {
            const char *shown = is(options->utf8, "silent")    ? NULL
                                : is(options->utf8, "repeat")  ? pending
                                : is(options->utf8, "partial") ? piece
                                                               : "";
            return emit(run, id, shown, RKLLM_RUN_WAITING);
        }
        at += needed;
    }
    int wish = emit(run, id, is(options->utf8, "partial") ? piece : pending, RKLLM_RUN_NORMAL);
    pending[0] = '\0';
    return wish;
}

static void write_answer(struct run *run, const char *answer)
{
    struct model *model = run->model;
    const struct options *options = &model->options;
    double rate = atof(options->rate), begun = now_s();
    int after = atoi(options->fault_after);
    char pending[128] = "";
    bool split = !is(options->utf8, "whole");
    size_t skip = model->is_paused ? model->written : 0;
    model->is_paused = false;
    model->written = skip;
    for (const char *at = answer; *at != '\0';) {
        size_t length = piece_length(at, split);
        if (skip > 0) {
            skip--;
            at += length;
            continue;
        }
        if (run->max_new_tokens > 0 && run->emitted >= run->max_new_tokens)
            break;
        if ((int)model->kv.count >= model->param.max_context_len) {
            if (is(options->context_full, "error")) {
                say('E', "context is full");
                emit(run, -1, NULL, RKLLM_RUN_ERROR);
                run->finished = true;
                return;
            }
            if (is(options->context_full, "stop"))
                break;
            size_t dropped = model->kv.count / 2;
            memmove(model->kv.ids, model->kv.ids + dropped,
                    (model->kv.count - dropped) * sizeof(int32_t));
            model->kv.count -= dropped;
        }
        if (run->emitted == after) {
            break_down(options, "decode");
            if (wants_fault(options, "error", "decode")) {
                say('E', "matmul(w8a8) run failed");
                emit(run, -1, NULL, RKLLM_RUN_ERROR);
                run->finished = true;
                return;
            }
            if (wants_fault(options, "nofinish", "decode")) {
                run->finished = true;
                return;
            }
        }
        if (wants_fault(options, "grow", "decode"))
            memset(malloc(4 << 20), 1, 4 << 20);
        /* The first token comes out of the prefill. */
        if (rate > 0)
            take_time(options, begun + run->emitted / rate, 1 / rate);
        if (atomic_load(&model->aborted))
            break;
        int32_t id = intern(at, length);
        run->last_at = now_s();
        if (run->emitted == 0)
            run->first_at = run->last_at;
        int wish = emit_token(run, id, at, length, pending);
        at += length;
        run->emitted++;
        model->written++;
        add_token(&model->kv, id);
#if GENERATION >= 121
        if (wish == 1 && run->keep_history == 0) {
            model->is_paused = true;
            break;
        }
        if (wish != 0 && wish != 1)
            violation("the callback returned %d", wish);
#else
        (void)wish;
#endif
    }
    if (run->emitted > 0)
        record("{\"call\": \"decode\", \"tokens\": %d, \"first_at\": %.6f, \"last_at\": %.6f, "
               "\"callback_us\": %.1f}",
               run->emitted, run->first_at, run->last_at, run->callback_s / run->emitted * 1e6);
    /* Of the tokens that were written, the last is not in the cache yet. */
    if (run->emitted > 0 && model->kv.count > 0)
        model->kv.count--;
    run->decode_ms = (now_s() - begun) * 1000;
}

static void read_prompt(struct run *run, struct tokens *tokens)
{
    struct model *model = run->model;
    const struct options *options = &model->options;
    size_t shared = 0;
    bool keeps = false;
#if GENERATION >= 120
    keeps = run->keep_history == 1 || model->is_paused;
    if (!keeps)
        while (shared < tokens->count && shared < model->kv.count &&
               tokens->ids[shared] == model->kv.ids[shared])
            shared++;
#endif
    run->computed = tokens->count - shared;
    if (!keeps)
        model->kv.count = shared;
    double rate = atof(options->prefill_rate), begun = now_s();
    for (size_t i = shared; i < tokens->count; i++) {
        add_token(&model->kv, tokens->ids[i]);
        if (rate > 0 && (i % 128 == 127 || i + 1 == tokens->count)) {
            wait_until(begun + (double)(i + 1 - shared) / rate);
            if (atomic_load(&model->aborted) && is(options->abort_prefill, "step"))
                break;
        }
        if (i == shared + (tokens->count - shared) / 2)
            break_down(options, "prefill");
    }
    run->prefill_ms = (now_s() - begun) * 1000;
}

static void hidden_states(struct run *run, const struct tokens *tokens)
{
    enum { WIDTH = 16 };
    int count = (int)tokens->count;
    float *values = malloc(sizeof(float) * WIDTH * (size_t)(count ? count : 1));
    for (int i = 0; i < count * WIDTH; i++)
        values[i] = (float)((tokens->ids[i / WIDTH] >> i % WIDTH) % 7) / 7;
    RKLLMResult result;
    memset(&result, 0, sizeof(result));
    if (is(run->model->options.hidden, "two"))
        call_back(run, &result, RKLLM_RUN_NORMAL);
    result.last_hidden_layer.hidden_states = values;
    result.last_hidden_layer.embd_size = WIDTH;
    result.last_hidden_layer.num_tokens = count;
#if GENERATION == 110
    int wish = call_back(run, &result, RKLLM_RUN_GET_LAST_HIDDEN_LAYER);
#else
    int wish = call_back(run, &result, RKLLM_RUN_NORMAL);
#endif
    record("{\"call\": \"hidden_callback\", \"returned\": %d}", wish);
    /* The values are gone when the callback returns. */
    memset(values, 0xff, sizeof(float) * WIDTH * (size_t)count);
    free(values);
    if (is(run->model->options.hidden, "two"))
        finish(run);
    run->finished = true;
}

#if GENERATION >= 120
static void logits(struct run *run, const struct tokens *tokens)
{
    enum { VOCABULARY = 32 };
    int counts[] = {(int)tokens->count, 1};
    for (int step = 0; step < 2; step++) {
        float *values = malloc(sizeof(float) * VOCABULARY * (size_t)(counts[step] + 1));
        for (int i = 0; i < counts[step] * VOCABULARY; i++)
            values[i] = (float)(i % VOCABULARY) - 16;
        RKLLMResult result;
        memset(&result, 0, sizeof(result));
        result.logits.logits = values;
        result.logits.vocab_size = VOCABULARY;
        result.logits.num_tokens = counts[step];
        int wish = call_back(run, &result, RKLLM_RUN_NORMAL);
        record("{\"call\": \"logits_callback\", \"returned\": %d}", wish);
        memset(values, 0xff, sizeof(float) * VOCABULARY * (size_t)counts[step]);
        free(values);
    }
    finish(run);
}
#endif

static int refuse_length(struct run *run, size_t count)
{
    struct model *model = run->model;
    int room = model->param.max_context_len;
#if GENERATION == 110
    room -= RESERVED_CONTEXT;
#endif
    if ((int)count <= room)
        return 0;
    say('E', "prompt length(%zu) exceeds the max context length(%d)", count, room);
    if (!is(model->options.overflow, "return")) {
        emit(run, -1, NULL, RKLLM_RUN_ERROR);
        run->finished = true;
    }
    return is(model->options.overflow, "callback") ? 1 : -1;
}

static const char *templated(struct model *model, const char *prompt, char **made)
{
#if GENERATION == 110
    (void)model;
    (void)made;
    return prompt;
#else
    const char *prefix = "<|im_start|>user\n", *postfix = "<|im_end|>\n<|im_start|>assistant\n";
    const char *system = model->kv.count == 0 || model->has_tools
                             ? "<|im_start|>system\nYou are the double.<|im_end|>\n"
                             : "";
    if (model->has_template) {
        system = model->template[0];
        prefix = model->template[1];
        postfix = model->template[2];
    }
    *made = malloc(strlen(system) + strlen(prefix) + strlen(prompt) + strlen(postfix) + 1);
    sprintf(*made, "%s%s%s%s", system, prefix, prompt, postfix);
    return *made;
#endif
}

/* Callers need not have room for the members of the union that they do not use. */
static size_t used_size(const RKLLMInput *input)
{
    switch ((int)input->input_type) {
    case RKLLM_INPUT_PROMPT:
        return offsetof(RKLLMInput, prompt_input) + sizeof(input->prompt_input);
    case RKLLM_INPUT_TOKEN:
        return offsetof(RKLLMInput, token_input) + sizeof(input->token_input);
    case RKLLM_INPUT_EMBED:
        return offsetof(RKLLMInput, embed_input) + sizeof(input->embed_input);
    default:
        return sizeof(*input);
    }
}

/* Check and keep what the caller passes; fill `tokens`, and `prompt` for the echo. */
static bool take_input(struct run *run, RKLLMInput *input, struct tokens *tokens, char **prompt)
{
    if (!keep(&run->kept, "RKLLMInput", input, offsetof(RKLLMInput, prompt_input)) ||
        !keep(&run->kept, "RKLLMInput", input, used_size(input)))
        return false;
#if GENERATION >= 121
    bool is_templated = (int)input->input_type == RKLLM_INPUT_PROMPT ||
                        (int)input->input_type == RKLLM_INPUT_MULTIMODAL;
    if (!is_bool(&input->enable_thinking))
        violation("enable_thinking is neither true nor false");
    if (input->role == NULL && !is_templated)
        ; /* nobody asks for it */
    else if (input->role == NULL)
        violation("the role is NULL: the chat template would be passed over");
    else if (keep_text(&run->kept, "role", input->role) && !is(input->role, "user") &&
             !is(input->role, "tool"))
        violation("the role is %s", input->role);
    run->thinking = input->enable_thinking && !run->model->has_template;
#endif
    char *made = NULL;
    switch ((int)input->input_type) {
    case RKLLM_INPUT_PROMPT:
        if (!keep_text(&run->kept, "prompt_input", input->prompt_input))
            return false;
        /* One that goes on after a pause is not templated. */
        const char *text = run->model->is_paused ? input->prompt_input
                                                 : templated(run->model, input->prompt_input, &made);
        tokenize(tokens, text, !is(run->model->options.utf8, "whole"));
        *prompt = strdup(text);
        free(made);
        return true;
    case RKLLM_INPUT_TOKEN: {
        size_t count = input->token_input.n_tokens;
        if (count > 1 << 20 ||
            !keep(&run->kept, "input_ids", input->token_input.input_ids, count * sizeof(int32_t))) {
            violation("token_input makes no sense");
            return false;
        }
        for (size_t i = 0; i < count; i++)
            add_token(tokens, input->token_input.input_ids[i]);
        *prompt = strdup("");
        return true;
    }
    case RKLLM_INPUT_EMBED:
    case RKLLM_INPUT_MULTIMODAL:
        say('E', "The n_image/n_image_token of multimodal_input is not set");
        return false;
    default:
        violation("input_type is %d", (int)input->input_type);
        return false;
    }
}

static bool take_infer(struct run *run, RKLLMInferParam *infer)
{
    if (!keep(&run->kept, "RKLLMInferParam", infer, sizeof(*infer)))
        return false;
    struct model *model = run->model;
    run->mode = infer->mode;
    run->max_new_tokens = model->param.max_new_tokens;
    char name[256] = "";
    if ((int)infer->mode < 0 || (int)infer->mode > 2) {
        violation("mode is %d", (int)infer->mode);
        return false;
    }
    if (infer->lora_params != NULL) {
        if (!keep(&run->kept, "lora_params", infer->lora_params, sizeof(RKLLMLoraParam)) ||
            !keep_text(&run->kept, "lora_adapter_name", infer->lora_params->lora_adapter_name))
            return false;
        json_text(name, sizeof(name), infer->lora_params->lora_adapter_name);
        for (int i = 0; i < model->adapter_count; i++)
            if (is(model->adapters[i].name, infer->lora_params->lora_adapter_name))
                run->adapter = &model->adapters[i];
        if (run->adapter == NULL && is(model->options.lora_unknown, "error")) {
            say('E', "lora adapter %s is not loaded", infer->lora_params->lora_adapter_name);
            return false;
        }
    }
    if (infer->prompt_cache_params != NULL) {
        RKLLMPromptCacheParam *cache = infer->prompt_cache_params;
        if (!keep(&run->kept, "prompt_cache_params", cache, sizeof(*cache)))
            return false;
        if (cache->prompt_cache_path != NULL &&
            !keep_text(&run->kept, "prompt_cache_path", cache->prompt_cache_path))
            return false;
        if (cache->save_prompt_cache != 0 && cache->save_prompt_cache != 1)
            violation("save_prompt_cache is %d", cache->save_prompt_cache);
        run->saves = cache->save_prompt_cache == 1;
        run->save_path = cache->prompt_cache_path;
    }
#if GENERATION >= 120
    run->keep_history = infer->keep_history;
    if (infer->keep_history != 0 && infer->keep_history != 1)
        violation("keep_history is %d", infer->keep_history);
#endif
    char sampling[512] = "";
#if GENERATION >= 130
    if (infer->max_new_tokens > 0)
        run->max_new_tokens = infer->max_new_tokens;
    if (infer->sampling_params != NULL) {
        RKLLMSamplingParam *s = infer->sampling_params;
        if (!keep(&run->kept, "sampling_params", s, sizeof(*s)))
            return false;
        check_sampling("RKLLMSamplingParam", s->top_k, s->top_p, s->temperature, s->repeat_penalty,
                       s->frequency_penalty, s->presence_penalty, s->mirostat, s->mirostat_tau,
                       s->mirostat_eta);
        snprintf(sampling, sizeof(sampling),
                 ", \"sampling\": {\"top_k\": %d, \"top_p\": %g, \"temperature\": %g, "
                 "\"repeat_penalty\": %g, \"frequency_penalty\": %g, \"presence_penalty\": %g, "
                 "\"mirostat\": %d, \"mirostat_tau\": %g, \"mirostat_eta\": %g}",
                 s->top_k, s->top_p, s->temperature, s->repeat_penalty, s->frequency_penalty,
                 s->presence_penalty, s->mirostat, s->mirostat_tau, s->mirostat_eta);
    }
#endif
    record("{\"call\": \"infer\", \"mode\": %d, \"keep_history\": %d, \"max_new_tokens\": %d, "
           "\"lora\": \"%s\", \"save\": %d%s}",
           (int)run->mode, run->keep_history, run->max_new_tokens, name, run->saves, sampling);
    return true;
}

static int run_once(struct model *model, RKLLMInput *input, RKLLMInferParam *infer, void *userdata)
{
    struct run run = {.model = model, .userdata = userdata ? userdata : model->userdata};
    struct tokens tokens = {0};
    char *prompt = NULL;
    int result = -1;
    check_kept(&model->kept, "a run");
    if (!take_infer(&run, infer) || !take_input(&run, input, &tokens, &prompt))
        goto out;
    char quoted[32768];
    json_text(quoted, sizeof(quoted), prompt);
    record("{\"call\": \"run\", \"type\": %d, \"tokens\": %zu, \"thinking\": %d, \"prompt\": \"%s\"}",
           (int)input->input_type, tokens.count, run.thinking, quoted);
    break_down(&model->options, "run");
    if (wants_fault(&model->options, "fail", "prefill"))
        goto out;
    if (wants_fault(&model->options, "null", "prefill")) {
        result = 0;
        goto out;
    }
    size_t before = run.keep_history == 1 || model->is_paused ? model->kv.count : 0;
    int refused = refuse_length(&run, before + tokens.count);
    if (refused) {
        result = refused < 0 ? -1 : 0;
        goto out;
    }
    read_prompt(&run, &tokens);
    if (wants_fault(&model->options, "error", "prefill")) {
        for (int i = 0; i < 3; i++)
            say('E', "matmul(w8a8) run failed");
        emit(&run, -1, NULL, RKLLM_RUN_ERROR);
        goto out;
    }
    result = 0;
    if (run.mode == RKLLM_INFER_GET_LAST_HIDDEN_LAYER) {
        hidden_states(&run, &tokens);
        goto out;
    }
#if GENERATION >= 120
    if (run.mode == RKLLM_INFER_GET_LOGITS) {
        logits(&run, &tokens);
        goto out;
    }
#endif
    char *answer = answer_to(&run, prompt);
    if (!atomic_load(&model->aborted))
        write_answer(&run, answer);
    free(answer);
    if (atomic_load(&model->aborted) && is(model->options.abort_keeps, "0"))
        model->kv.count = tokens.count < model->kv.count ? tokens.count : model->kv.count;
    if (run.saves)
        save_cache(model, run.save_path);
    if (wants_fault(&model->options, "late", "decode")) {
        pthread_t thread;
        struct run *copy = malloc(sizeof(run));
        *copy = run;
        pthread_create(&thread, NULL, call_back_late, copy);
        pthread_detach(thread);
    }
    if (!run.finished && (!model->is_paused || is(model->options.pause_finish, "1")))
        finish(&run);
out:
    check_kept(&run.kept, "the end of the run");
    free(tokens.ids);
    free(prompt);
    return result;
}

EXPORT int rkllm_run(LLMHandle handle, RKLLMInput *input, RKLLMInferParam *infer, void *userdata)
{
    struct model *model = enter(handle, "run", true);
    if (model == NULL)
        return -1;
    model->runner = pthread_self();
    atomic_store(&model->aborted, 0);
    atomic_store(&model->running, 1);
    int result = run_once(model, input, infer, userdata);
    atomic_store(&model->running, 0);
    leave(model);
    return result;
}

struct later {
    LLMHandle handle;
    RKLLMInput *input;
    RKLLMInferParam *infer;
    void *userdata;
};

static void *run_later(void *argument)
{
    struct later *later = argument;
    rkllm_run(later->handle, later->input, later->infer, later->userdata);
    free(later);
    return NULL;
}

EXPORT int rkllm_run_async(LLMHandle handle, RKLLMInput *input, RKLLMInferParam *infer, void *userdata)
{
    struct model *model = enter(handle, "run_async", false);
    if (model == NULL)
        return -1;
    if (is(model->options.async_broken, "1"))
        return 0;
    struct later *later = malloc(sizeof(*later));
    *later = (struct later){handle, input, infer, userdata};
    pthread_t thread;
    pthread_create(&thread, NULL, run_later, later);
    pthread_detach(thread);
    return 0;
}

EXPORT int rkllm_abort(LLMHandle handle)
{
    struct model *model = enter(handle, "abort", false);
    if (model == NULL)
        return -1;
    bool running = atomic_load(&model->running);
    record("{\"call\": \"abort\", \"running\": %d}", running);
    break_down(&model->options, "stop");
    if (!running)
        return atoi(model->options.abort_idle);
    if (!wants_fault(&model->options, "deaf", "stop"))
        atomic_store(&model->aborted, 1);
    return 0;
}

EXPORT int rkllm_is_running(LLMHandle handle)
{
    struct model *model = enter(handle, "is_running", false);
    return model != NULL && atomic_load(&model->running);
}

#if GENERATION >= 120

#if GENERATION >= 121
EXPORT int rkllm_clear_kv_cache(LLMHandle handle, int keep_system, int *start, int *end)
#else
EXPORT int rkllm_clear_kv_cache(LLMHandle handle, int keep_system)
#endif
{
    struct model *model = enter(handle, "clear_kv_cache", true);
    if (model == NULL)
        return -1;
    int result = 0;
    if (keep_system != 0 && keep_system != 1)
        violation("keep_system_prompt is %d", keep_system);
    int first = 0, last = -1;
#if GENERATION >= 121
    if (start != NULL || end != NULL) {
        if (!readable(start, sizeof(int)) || !readable(end, sizeof(int))) {
            violation("the range to clear cannot be read");
            result = -1;
        } else if (!model->is_paused) {
            say('E', "start_pos and end_pos are only valid when keep_history == 0 and the generation "
                     "has been paused by returning 1 in the callback!");
            result = -1;
        } else {
            first = *start;
            last = *end;
        }
    }
#endif
    record("{\"call\": \"clear_kv_cache\", \"keep_system\": %d, \"from\": %d, \"to\": %d}",
           keep_system, first, last);
    if (result == 0 && last >= first && last <= (int)model->kv.count) {
        memmove(model->kv.ids + first, model->kv.ids + last,
                (model->kv.count - (size_t)last) * sizeof(int32_t));
        model->kv.count -= (size_t)(last - first);
    } else if (result == 0) {
        model->kv.count = 0;
        model->is_paused = false;
    }
    leave(model);
    return result;
}

EXPORT int rkllm_set_chat_template(LLMHandle handle, const char *system, const char *prefix,
                                   const char *postfix)
{
    struct model *model = enter(handle, "set_chat_template", true);
    if (model == NULL)
        return -1;
    const char *parts[] = {system, prefix, postfix};
    const char *names[] = {"system_prompt", "prompt_prefix", "prompt_postfix"};
    struct keeper keeper = {0};
    int result = 0;
    for (int i = 0; i < 3 && result == 0; i++)
        if (!keep_text(&keeper, names[i], parts[i]))
            result = -1;
    if (result == 0) {
        record("{\"call\": \"set_chat_template\", \"empty\": %d}", !*system && !*prefix && !*postfix);
        break_down(&model->options, "template");
        say('I', "reset chat template:");
        for (int i = 0; i < 3; i++) {
            snprintf(model->template[i], sizeof(model->template[i]), "%s", parts[i]);
            say('I', "%s: %s", names[i], parts[i]);
        }
        say('W', "Calling rkllm_set_chat_template will disable the internal automatic chat template "
                 "parsing, including enable_thinking. Make sure your custom prompt is complete and "
                 "valid.");
        model->has_template = true;
        model->template_is_empty = !*prefix && !*postfix;
        model->has_tools = false;
        model->kv.count = 0;
    }
    leave(model);
    return result;
}

#endif

#if GENERATION >= 121

EXPORT int rkllm_get_kv_cache_size(LLMHandle handle, int *sizes)
{
    struct model *model = enter(handle, "get_kv_cache_size", true);
    if (model == NULL)
        return -1;
    size_t bytes = model->param.extend_param.n_batch * sizeof(int);
    int result = 0;
    if (!readable(sizes, bytes)) {
        violation("get_kv_cache_size into memory that is not there");
        result = -1;
    } else {
        for (int i = 0; i < model->param.extend_param.n_batch; i++)
            sizes[i] = (int)model->kv.count;
    }
    leave(model);
    return result;
}

EXPORT int rkllm_set_function_tools(LLMHandle handle, const char *system, const char *tools,
                                    const char *response)
{
    struct model *model = enter(handle, "set_function_tools", true);
    if (model == NULL)
        return -1;
    struct keeper keeper = {0};
    int result = -1;
    if (keep_text(&keeper, "system_prompt", system) && keep_text(&keeper, "tools", tools) &&
        keep_text(&keeper, "tool_response_str", response)) {
        char quoted[16384];
        json_text(quoted, sizeof(quoted), tools);
        record("{\"call\": \"set_function_tools\", \"tools\": \"%s\"}", quoted);
        if (model->has_template) {
            say('E', "Failed to set function tools, possibly because the chat_template is empty.");
        } else {
            model->has_tools = tools[0] != '\0';
            model->kv.count = 0;
            result = 0;
        }
    }
    leave(model);
    return result;
}

EXPORT int rkllm_set_cross_attn_params(LLMHandle handle, RKLLMCrossAttnParam *params)
{
    struct model *model = enter(handle, "set_cross_attn_params", true);
    if (model == NULL)
        return -1;
    if (!readable(params, sizeof(*params)))
        violation("cross attention parameters cannot be read");
    leave(model);
    return 0;
}

#endif
