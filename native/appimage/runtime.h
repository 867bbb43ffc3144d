/* What the parts of the AppImage runtime share; runtime.c says what it does. */
#ifndef CAIRN_RUNTIME_H
#define CAIRN_RUNTIME_H

#include <stddef.h>

/* Mounts the file system that begins at `offset` of `image` on `folder`, and serves it from a
 * process of its own until every copy of the descriptor that is stored in `*hold` is closed; then
 * unmounts it and removes the folder. Returns 0, or -1 where FUSE cannot be had. */
int mount_image(const char *image, size_t offset, const char *folder, int *hold);

/* Unpacks it into `folder`, which is made. With `pattern` only what matches. Returns 0 or -1. */
int extract_image(const char *image, size_t offset, const char *folder, const char *pattern);

/* Removes `folder` and everything in it. */
void remove_folder(const char *folder);

#endif
