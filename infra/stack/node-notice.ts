/** What of our processes' JSON logs is worth a line on the terminal: warnings and worse, and anything that is not a log line. */
import { z } from 'zod';

const levels = new Map([
  [40, 'warning'],
  [50, 'error'],
  [60, 'fatal'],
]);

const logLine = z.object({
  level: z.number(),
  msg: z.string().optional(),
  err: z.object({ message: z.string() }).optional(),
});

/** One readable line, or null for the ordinary ones. */
export function toNodeNotice(line: string): string | null {
  if (line.trim() === '') return null;
  if (!line.startsWith('{')) return line;
  const parsed = logLine.safeParse(parseJson(line));
  if (!parsed.success) return line;
  const { level, msg, err } = parsed.data;
  if (isPassing(`${msg} ${err?.message}`)) return null;
  const label = levels.get(level);
  return label === undefined ? null : [`${label}:`, msg, err?.message].filter(Boolean).join(' ');
}

/** What every client of a broker that has just started is told for a second or two. */
function isPassing(text: string): boolean {
  return text.includes('The coordinator is loading');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
