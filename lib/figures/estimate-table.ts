import type { Estimate, GroupedEstimate } from '../core/intervals';
import type { TableRow } from './tables';

/**
 * Lays rates out as a table: a row a label, a column a group.
 * @param rows in the order in which labels and groups are to stand
 * @param heading of the first column
 * @returns cells such as `71.2 % (57.2 to 85.1)`; empty where a label has no rate in a group
 */
export function rateTable(rows: readonly GroupedEstimate[], heading: string): TableRow[] {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const groups = [...new Set(rows.map(({ group }) => group))];
  return labels.map((label) => {
    const cells = groups.map((group) => {
      const row = rows.find((one) => one.label === label && one.group === group);
      return [group, row ? formatRate(row.estimate) : ''];
    });
    return { [heading]: label, ...(Object.fromEntries(cells) as TableRow) };
  });
}

/** Writes a rate with its interval in percent, such as `71.2 % (57.2 to 85.1)`. */
export function formatRate({ value, low, high }: Estimate): string {
  const digits = (share: number) => (100 * share).toFixed(1);
  return `${digits(value)} % (${digits(low)} to ${digits(high)})`;
}
