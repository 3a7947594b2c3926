/** The text of a server-sent event stream -> its events. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Complete events only; comments and events without any field are left out. */
export function parseEventStream(text: string): ServerSentEvent[] {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n\n');
  blocks.pop();
  return blocks.flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    return lines.length === 0 ? [] : [toEvent(lines)];
  });
}

function toEvent(lines: readonly string[]): ServerSentEvent {
  let event = 'message';
  const data: string[] = [];
  for (const line of lines) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
