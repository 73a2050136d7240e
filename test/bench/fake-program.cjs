// A program whose work takes the seconds that its first argument says for each unit, without waiting for them.
const [secondsPerUnit, behaviour] = process.argv.slice(2);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
process.stdout.write('a library greets\n{ not a message\n');
if (behaviour === 'unready') {
  tell({ error: 'no such library' });
} else {
  tell({ ready: true, versions: { fake: '1.0' } });
  let requests = 0;
  let rest = '';
  process.stdin.on('data', (data) => {
    rest += data;
    const lines = rest.split('\n');
    rest = lines.pop();
    lines.forEach(answer);
  });
  const answer = (line) => {
    const { count } = JSON.parse(line);
    requests++;
    if (behaviour === 'dies') {
      process.stderr.write('out of memory\n', () => process.exit(3));
    } else if (behaviour === 'fails' && requests === 1) {
      tell({ error: 'not this time' });
    } else {
      tell({
        seconds: count * Number(secondsPerUnit),
        peakMb: 10 * requests,
        tensors: 34,
        residentMb: 100 + requests,
      });
    }
  };
}
