/** A disk that can be filled: a tmpfs of its own under Postgres. Mounting takes root on Linux; elsewhere the run does without this fault. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  readonly isMounted: boolean;
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
}

const diskBytes = 4 * 1024 ** 3;
const chunkBytes = 1024 ** 2;

/** Not mounted, with a folder that is not there, when this user may not mount. */
export async function mountSmallDisk(folder: string): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder]);
  const isMounted = mounted.status === 0;
  if (isMounted) {
    // The database's own user works below it.
    chmodSync(join(folder, '..'), 0o755);
    chmodSync(folder, 0o755);
  }
  const filler = join(folder, 'filler');
  return {
    isMounted,
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      const chunk = Buffer.alloc(chunkBytes);
      try {
        for (let left = bavail * bsize; left > 0; left -= chunkBytes)
          writeFileSync(filler, chunk, { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free: () => rmSync(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      if (isMounted) spawnSync('umount', ['-l', folder]);
    },
  };
}
