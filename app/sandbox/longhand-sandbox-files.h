/* The half of the sandbox that refuses to write files (Landlock). */
#pragma once

/* From now on the calling thread, and what it starts, gets EACCES for what would change files outside the
 * folders; as longhand_sandbox_enter has it. Nothing happens where the kernel has no Landlock. */
void longhand_sandbox_close_files (const char *const *folders);
