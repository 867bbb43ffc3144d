/* Unpacks the file system of an AppImage, and removes what was unpacked. */

#define _GNU_SOURCE
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <squashfuse/squashfuse.h>

#define PIECE (256 << 10)

static int copy_file(sqfs *files, sqfs_inode *node, const char *path)
{
    static char piece[PIECE];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    sqfs_off_t at = 0, end = (sqfs_off_t)node->xtra.reg.file_size;
    while (at < end) {
        sqfs_off_t got = PIECE;
        if (sqfs_read_range(files, node, at, &got, piece) != SQFS_OK || got <= 0)
            errno = EIO;
        else if (write(file, piece, (size_t)got) == got) {
            at += got;
            continue;
        }
        close(file);
        return -1;
    }
    fchmod(file, (mode_t)node->base.mode & 0777);
    return close(file);
}

static int copy_link(sqfs *files, sqfs_inode *node, const char *path)
{
    char target[PATH_MAX];
    size_t size = sizeof target;
    if (sqfs_readlink(files, node, target, &size) != SQFS_OK) {
        errno = EIO;
        return -1;
    }
    unlink(path);
    return symlink(target, path);
}

/* A part of the file system may be wanted before the folder it lies in was made. */
static int make_parents(char *path)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        int failed = mkdir(path, 0755) != 0 && errno != EEXIST;
        *at = '/';
        if (failed)
            return -1;
    }
    return 0;
}

static int copy_entry(sqfs *files, sqfs_traverse *walk, const char *folder)
{
    sqfs_inode node;
    char path[PATH_MAX];
    if (sqfs_inode_get(files, &node, sqfs_dentry_inode(&walk->entry)) != SQFS_OK) {
        errno = EIO;
        return -1;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, walk->path) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (make_parents(path) != 0)
        return -1;
    if (S_ISDIR(node.base.mode))
        return mkdir(path, 0755) != 0 && errno != EEXIST ? -1 : 0;
    if (S_ISLNK(node.base.mode))
        return copy_link(files, &node, path);
    return S_ISREG(node.base.mode) ? copy_file(files, &node, path) : 0;
}

int extract_image(const char *image, size_t offset, const char *folder, const char *pattern)
{
    sqfs files;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    int failed = 0;
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return -1;
    if (sqfs_open_image(&files, image, offset) != SQFS_OK ||
        sqfs_traverse_open(&walk, &files, sqfs_inode_root(&files)) != SQFS_OK) {
        errno = EIO;
        return -1;
    }
    while (!failed && sqfs_traverse_next(&walk, &error)) {
        bool wanted = pattern == NULL || fnmatch(pattern, walk.path, FNM_LEADING_DIR) == 0;
        if (!walk.dir_end && wanted)
            failed = copy_entry(&files, &walk, folder) != 0;
    }
    sqfs_traverse_close(&walk);
    if (error != SQFS_OK) {
        errno = EIO;
        failed = 1;
    }
    return failed ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

void remove_folder(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
