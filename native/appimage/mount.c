/* Mounts the file system of an AppImage and serves it until nobody needs it any more.
 *
 * The mount is made by the system's fusermount3, or fusermount where only FUSE 2 is installed, and
 * by ourselves for root. All of that happens before anything is forked, so that a failure is known
 * in time to unpack instead. */

#define _GNU_SOURCE
#define FUSE_USE_VERSION 32
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>

#define FS_NAME "fsname=cairn,subtype=cairn,ro,nosuid,nodev"

/* Its name once it has made a mount; NULL when we made it ourselves. */
static const char *fusermount;

static int receive_descriptor(int socket)
{
    char byte, space[CMSG_SPACE(sizeof(int))];
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1,
                             .msg_control = space, .msg_controllen = sizeof space};
    ssize_t got;
    do
        got = recvmsg(socket, &message, 0);
    while (got < 0 && errno == EINTR);
    struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    int descriptor = -1;
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

/* Runs fusermount and waits for it; its complaints are of no use to anybody. */
static bool run_quietly(const char *program, char *const arguments[])
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execvp(program, arguments);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Returns the descriptor of the mount, or -1. See util/fusermount.c of libfuse. */
static int mount_with(const char *program, const char *folder)
{
    int pair[2], descriptor = -1;
    char number[16];
    char *arguments[] = {(char *)program, "-o", FS_NAME, "--", (char *)folder, NULL};
    if (socketpair(PF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return -1;
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    snprintf(number, sizeof number, "%d", pair[0]);
    setenv("_FUSE_COMMFD", number, 1);
    bool mounted = run_quietly(program, arguments);
    unsetenv("_FUSE_COMMFD");
    close(pair[0]);
    if (mounted)
        descriptor = receive_descriptor(pair[1]);
    close(pair[1]);
    return descriptor;
}

static int mount_as_root(const char *folder)
{
    char options[128];
    int descriptor = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return -1;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", descriptor);
    if (mount("cairn", folder, "fuse.cairn", MS_RDONLY | MS_NOSUID | MS_NODEV, options) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static void unmount(const char *folder)
{
    char *arguments[] = {(char *)fusermount, "-u", "-z", "-q", "--", (char *)folder, NULL};
    if (fusermount == NULL)
        umount2(folder, MNT_DETACH);
    else
        run_quietly(fusermount, arguments);
    rmdir(folder);
}

/* Answers the kernel's requests until the other end of `held` is closed everywhere. */
static void serve(struct fuse_session *session, int held)
{
    struct fuse_buf buffer = {.mem = NULL};
    struct pollfd both[] = {{.fd = fuse_session_fd(session), .events = POLLIN}, {.fd = held}};
    while (!fuse_session_exited(session)) {
        if (poll(both, 2, -1) < 0 && errno != EINTR)
            break;
        if (both[0].revents != 0) {
            int got = fuse_session_receive_buf(session, &buffer);
            if (got > 0)
                fuse_session_process_buf(session, &buffer);
            else if (got != -EINTR)
                break;
        } else if (both[1].revents & (POLLHUP | POLLERR)) {
            break;
        }
    }
    free(buffer.mem);
}

static struct fuse_session *open_session(const char *image, size_t offset, int descriptor)
{
    static struct fuse_lowlevel_ops operations = {
        .getattr = sqfs_ll_op_getattr, .opendir = sqfs_ll_op_opendir,
        .releasedir = sqfs_ll_op_releasedir, .readdir = sqfs_ll_op_readdir,
        .lookup = sqfs_ll_op_lookup, .open = sqfs_ll_op_open, .create = sqfs_ll_op_create,
        .release = sqfs_ll_op_release, .read = sqfs_ll_op_read, .readlink = sqfs_ll_op_readlink,
        .listxattr = sqfs_ll_op_listxattr, .getxattr = sqfs_ll_op_getxattr,
        .forget = sqfs_ll_op_forget, .statfs = stfs_ll_op_statfs,
    };
    static char *words[] = {"cairn", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(1, words);
    char place[32];
    sqfs_ll *files = sqfs_ll_open(image, offset);
    if (files == NULL)
        return NULL;
    struct fuse_session *session =
        fuse_session_new(&arguments, &operations, sizeof operations, files);
    snprintf(place, sizeof place, "/dev/fd/%d", descriptor);
    if (session != NULL && fuse_session_mount(session, place) == 0)
        return session;
    return NULL;
}

/* Goes on as a process that belongs to no terminal and to no parent. Returns true there. */
static bool become_server(int *held, int *hold)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child != 0) {
        close(ends[0]);
        *hold = ends[1];
        while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
        return false;
    }
    close(ends[1]);
    setsid();
    if (fork() != 0)
        _exit(0);
    int nowhere = open("/dev/null", O_RDWR);
    for (int number = 0; number < 3; number++)
        dup2(nowhere, number);
    if (chdir("/") != 0)
        _exit(1);
    prctl(PR_SET_NAME, "cairn-files");
    *held = ends[0];
    return true;
}

int mount_image(const char *image, size_t offset, const char *folder, int *hold)
{
    static const char *const programs[] = {"fusermount3", "fusermount"};
    int descriptor = -1, held;
    if (access("/dev/fuse", R_OK | W_OK) != 0)
        return -1;
    if (geteuid() == 0)
        descriptor = mount_as_root(folder);
    for (size_t i = 0; descriptor < 0 && i < sizeof programs / sizeof *programs; i++) {
        descriptor = mount_with(programs[i], folder);
        if (descriptor >= 0)
            fusermount = programs[i];
    }
    if (descriptor < 0)
        return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    struct fuse_session *session = open_session(image, offset, descriptor);
    if (session == NULL) {
        unmount(folder);
        return -1;
    }
    *hold = -1;
    if (become_server(&held, hold)) {
        serve(session, held);
        unmount(folder);
        _exit(0);
    }
    close(descriptor);
    if (*hold >= 0)
        return 0;
    unmount(folder);
    return -1;
}
