/** Prints a line of a command's result to standard output. */
export function print(line: string): void {
  console.log(line);
}
