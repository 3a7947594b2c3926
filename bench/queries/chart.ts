/** The picture of docs/performance.md: requests a second of each gateway in each scene, as an SVG that can be read on light and dark pages. Called by report.ts. */
import { median } from '../table.ts';
import type { Cell } from './measure-queries.ts';
import type { PeerName } from './peers/peer.ts';

const connectionsShown = 32;
const width = 760;
const labelWidth = 150;
const barWidth = 440;
const rowHeight = 22;
const barHeight = 15;
const titleHeight = 40;
/** No gateway: its bars would leave none of the others visible. */
const hidden: ReadonlySet<PeerName> = new Set(['echo']);

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .ours { fill: #1a7f5a }
  .other { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { fill: #3fb98a }
    .other { fill: #6e7681 }
  }`;

/** At 32 connections where they were measured, else at the most that were. */
export function renderChart(cells: readonly Cell[]): string {
  const measured = cells.filter(
    ({ rate, peer, rounds }) => rate === null && !hidden.has(peer.name) && rounds.length > 0,
  );
  const counts = measured.map(({ connections }) => connections);
  const connections = counts.includes(connectionsShown) ? connectionsShown : Math.max(...counts);
  const shown = measured.filter((cell) => cell.connections === connections);
  let y = 0;
  const panels = [...Map.groupBy(shown, ({ scene }) => scene.name)].map(([name, some]) => {
    const from = y;
    y += titleHeight + some.length * rowHeight;
    return renderPanel(`${name}: requests/s at ${connections} connections`, some, from);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + rowHeight}" width="${width}" role="img">`,
    `<style>${style}\n</style>`,
    ...panels.flat(),
    '</svg>',
    '',
  ].join('\n');
}

function renderPanel(title: string, cells: readonly Cell[], from: number): string[] {
  const bars = cells.map(({ peer, rounds }) => ({
    name: peer.name,
    perSecond: median(rounds, (round) => round.requestsPerSecond),
  }));
  const most = Math.max(...bars.map(({ perSecond }) => perSecond));
  return [
    `<text class="title" x="0" y="${from + titleHeight - 14}">${title}</text>`,
    ...bars.flatMap(({ name, perSecond }, n) => {
      const y = from + titleHeight + n * rowHeight;
      const length = Math.max((perSecond / most) * barWidth, 1);
      const kind = name.startsWith('messageme') ? 'ours' : 'other';
      const figure = Math.round(perSecond).toLocaleString('en');
      return [
        `<text x="${labelWidth - 10}" y="${y + barHeight - 3}" text-anchor="end">${name}</text>`,
        `<rect class="${kind}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
        `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${y + barHeight - 3}">${figure}</text>`,
      ];
    }),
  ];
}
