import type { BenchFile, BenchRow, Machine } from './bench-file';

/**
 * Renders a bench as Markdown: one line about the machine, a table with one line per row, the chart, and the missing
 * rows.
 * @returns text without a final newline
 */
export function renderBenchTable({ machine, rows, missing }: BenchFile): string {
  const lines = [
    describeInWords(machine),
    '',
    '| row | unit | ours | peer | ratio | runs | |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...rows.map(renderRow),
    '',
    '![Ratio of each row that has a rival](../results/reference/bench/ratios.png)',
  ];
  if (missing.length > 0) {
    lines.push('', 'Not measured:', '', ...missing.map(({ name, reason }) => `- \`${name}\`: ${reason}`));
  }
  return lines.join('\n');
}

/** Formats a row as one line for a terminal. */
export function formatRow({ name, unit, ours, peer, ratio }: BenchRow): string {
  const against = peer === null ? '' : `, peer ${formatNumber(peer)}`;
  const times = ratio === null ? '' : `: ${ratio} x`;
  return `${name.padEnd(30)} ours ${formatNumber(ours)}${against} ${unit}${times}`;
}

function renderRow({ name, unit, ours, peer, ratio, runs, note = '' }: BenchRow): string {
  const versus = peer === null ? '' : formatNumber(peer);
  const times = ratio === null ? '' : `**${ratio}**`;
  return `| \`${name}\` | ${unit} | ${formatNumber(ours)} | ${versus} | ${times} | ${runs} | ${note} |`;
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

function describeInWords(machine: Machine): string {
  const { cpu, cores, memoryGb, platform, node, tensorflow, versions } = machine;
  const others = Object.entries(versions).filter(([name]) => name !== 'TensorFlow');
  const library = tensorflow
    ? `TensorFlow ${tensorflow} under ours and under stock tfjs-node-gpu`
    : 'no native TensorFlow';
  const named = others.map(([name, version]) => `${name} ${version}`).join(', ');
  const load = machine.loadAtStart;
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}; Node.js ${node}; ${library}; ${named}. Load when it began: ${load}.`;
}
