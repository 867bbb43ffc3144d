/* The runtime of an AppImage of type 2: the program at the beginning of the file, which makes the
 * file system behind it readable and starts AppRun in it.
 *
 * 1. The file system is mounted with FUSE. Where that cannot be had it is unpacked to a folder
 *    that is removed at the end; the program starts either way.
 * 2. AppRun takes this process over, so signals and the exit status are its own.
 * 3. Options that begin with --appimage- are answered here; --appimage-help lists them.
 *
 * Linked statically: it needs nothing of the system but the kernel. The build writes the mark of
 * the format at byte 8, and the update information into its section.
 */

#define _GNU_SOURCE
#include "runtime.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#define SECTION(name, size) __attribute__((section(name), used)) char size
/* Tools that sign, check and update AppImages look for these by name. */
SECTION(".upd_info", update_information)[1024] = {0};
SECTION(".sha256_sig", signature)[1024] = {0};
SECTION(".sig_key", signature_key)[8192] = {0};
SECTION(".digest_md5", digest)[16] = {0};

/* Unpacked the program takes about 260 MB. */
#define ROOM_NEEDED (400ULL << 20)

static const char HELP[] =
    "Options of this AppImage; all others go to the program in it:\n"
    "  --appimage-extract [PATTERN]   unpack to the folder squashfs-root\n"
    "  --appimage-extract-and-run     start from an unpacked copy, without FUSE\n"
    "  --appimage-mount               mount, print where, and wait for a signal\n"
    "  --appimage-offset              print where the file system begins\n"
    "  --appimage-updateinformation   print where updates come from\n"
    "  --appimage-portable-home       make a folder for the user's files beside this one\n"
    "  --appimage-portable-config     make a folder for the settings beside this one\n"
    "  --appimage-version             print the version of the runtime\n"
    "APPIMAGE_EXTRACT_AND_RUN=1 in the environment is the same as --appimage-extract-and-run.\n";

static void fail(const char *what)
{
    fprintf(stderr, "AppImage: %s: %s\n", what, strerror(errno));
    exit(127);
}

/* The file system begins where the program ends: after its section headers, which come last. */
static size_t payload_offset(const char *image)
{
    Elf64_Ehdr header;
    FILE *file = fopen(image, "rb");
    if (file == NULL || fread(&header, sizeof header, 1, file) != 1)
        fail(image);
    fclose(file);
    return header.e_shoff + (size_t)header.e_shentsize * header.e_shnum;
}

/* A folder beside the image keeps the user's files or settings with it. */
static void use_portable(const char *image, const char *ending, const char *variable)
{
    char folder[PATH_MAX + 16];
    struct stat about;
    snprintf(folder, sizeof folder, "%s%s", image, ending);
    if (stat(folder, &about) == 0 && S_ISDIR(about.st_mode))
        setenv(variable, folder, 1);
}

static int make_portable(const char *image, const char *ending)
{
    char folder[PATH_MAX + 16];
    snprintf(folder, sizeof folder, "%s%s", image, ending);
    if (mkdir(folder, 0700) != 0)
        fail(folder);
    printf("%s\n", folder);
    return 0;
}

static void set_environment(const char *image, const char *folder, const char *name)
{
    char here[PATH_MAX];
    setenv("APPIMAGE", image, 1);
    setenv("APPDIR", folder, 1);
    setenv("ARGV0", name, 1);
    if (getcwd(here, sizeof here) != NULL)
        setenv("OWD", here, 1);
    use_portable(image, ".home", "HOME");
    use_portable(image, ".config", "XDG_CONFIG_HOME");
}

static bool start(const char *folder, char **arguments)
{
    char program[PATH_MAX + 8];
    snprintf(program, sizeof program, "%s/AppRun", folder);
    arguments[0] = program;
    execv(program, arguments);
    return false;
}

/* Makes a folder of our own where there is room, and programs may be started, if `large`. */
static bool make_folder(char *folder, const char *pattern, bool large)
{
    const char *places[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", getenv("XDG_CACHE_HOME"),
                            getenv("HOME"), "."};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct statvfs about;
        if (places[i] == NULL || *places[i] == '\0' || statvfs(places[i], &about) != 0)
            continue;
        if (large && ((about.f_flag & ST_NOEXEC) ||
                      (unsigned long long)about.f_bavail * about.f_frsize < ROOM_NEEDED))
            continue;
        snprintf(folder, PATH_MAX, "%s/%s", places[i], pattern);
        if (mkdtemp(folder) != NULL)
            return true;
    }
    return false;
}

static int run_extracted(const char *image, size_t offset, char **arguments)
{
    char folder[PATH_MAX];
    int status = 0;
    if (!make_folder(folder, ".cairn_XXXXXX", true)) {
        errno = ENOSPC;
        fail("unpacking needs 400 MB in TMPDIR, /tmp, /var/tmp or HOME");
    }
    if (extract_image(image, offset, folder, NULL) != 0) {
        int reason = errno;
        remove_folder(folder);
        errno = reason;
        fail("it could not be unpacked");
    }
    set_environment(image, folder, arguments[0]);
    /* What comes to this process is meant for the program; it has to be removed all the same. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        start(folder, arguments);
        fail("AppRun");
    }
    for (;;) {
        int number = sigwaitinfo(&all, NULL);
        if (number == SIGCHLD && waitpid(child, &status, WNOHANG) == child)
            break;
        if (number == SIGTERM || number == SIGHUP || number == SIGUSR1 || number == SIGUSR2)
            kill(child, number);
        /* Ctrl-C reaches the child by itself. */
    }
    if (getenv("NO_CLEANUP") == NULL)
        remove_folder(folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int mount_and_wait(const char *image, size_t offset)
{
    char folder[PATH_MAX];
    int hold;
    if (!make_folder(folder, ".mount_cairnXXXXXX", false) ||
        mount_image(image, offset, folder, &hold) != 0)
        fail("it could not be mounted");
    printf("%s\n", folder);
    fflush(stdout);
    pause();
    return 0;
}

static int answer(const char *option, const char *pattern, const char *image, size_t offset)
{
    if (strcmp(option, "offset") == 0)
        return printf("%zu\n", offset) < 0;
    if (strcmp(option, "updateinformation") == 0 || strcmp(option, "updateinfo") == 0)
        return puts(update_information) < 0;
    if (strcmp(option, "signature") == 0)
        return puts(signature) < 0;
    if (strcmp(option, "version") == 0)
        return puts("Cairn's own runtime, type 2, 1") < 0;
    if (strcmp(option, "portable-home") == 0)
        return make_portable(image, ".home");
    if (strcmp(option, "portable-config") == 0)
        return make_portable(image, ".config");
    if (strcmp(option, "mount") == 0)
        return mount_and_wait(image, offset);
    if (strcmp(option, "extract") == 0) {
        if (extract_image(image, offset, "squashfs-root", pattern) != 0)
            fail("it could not be unpacked");
        return puts("squashfs-root") < 0;
    }
    fputs(HELP, stdout);
    return strcmp(option, "help") != 0;
}

int main(int count, char **arguments)
{
    char image[PATH_MAX], folder[PATH_MAX];
    const char *prefix = "--appimage-", *wish = getenv("APPIMAGE_EXTRACT_AND_RUN");
    bool extracted = wish != NULL && *wish != '\0' && strcmp(wish, "0") != 0;
    int hold;

    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    if (length >= 0)
        image[length] = '\0';
    /* A system without /proc still knows what was typed. */
    else if (realpath(arguments[0], image) == NULL)
        fail(arguments[0]);
    size_t offset = payload_offset(image);

    if (count > 1 && strcmp(arguments[1], "--appimage-extract-and-run") == 0) {
        extracted = true;
        memmove(arguments + 1, arguments + 2, sizeof *arguments * (size_t)(count - 1));
    } else if (count > 1 && strncmp(arguments[1], prefix, strlen(prefix)) == 0) {
        return answer(arguments[1] + strlen(prefix), count > 2 ? arguments[2] : NULL, image, offset);
    }
    if (!extracted && make_folder(folder, ".mount_cairnXXXXXX", false)) {
        if (mount_image(image, offset, folder, &hold) == 0) {
            set_environment(image, folder, arguments[0]);
            start(folder, arguments);
            fail("AppRun");
        }
        rmdir(folder);
    }
    return run_extracted(image, offset, arguments);
}
