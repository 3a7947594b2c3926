/** How long a page is. Used by the list files of this folder. */
const pageMax = 100;
const pagePreset = 50;

/** Between 1 and 100; 50 when the request leaves it out. */
export function pageSize(asked: number): number {
  return asked <= 0 ? pagePreset : Math.min(asked, pageMax);
}
