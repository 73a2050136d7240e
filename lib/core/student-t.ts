/**
 * Returns the quantile of Student's t distribution for a two-sided interval.
 * @param confidence share of the distribution inside the interval, above 0 and below 1, such as 0.95
 * @param degreesOfFreedom degrees of freedom, above 0
 * @returns t such that a share of `confidence` lies between -t and t
 * @throws RangeError when an argument is out of range
 * Source: Abramowitz and Stegun 26.7.1; compared with scipy.stats.t.ppf.
 */
export function studentQuantile(confidence: number, degreesOfFreedom: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`Expected a number between 0 and 1 for confidence but received ${confidence}`);
  if (!(degreesOfFreedom > 0))
    throw new RangeError(`Expected a number above 0 for degreesOfFreedom but received ${degreesOfFreedom}`);
  let [low, high] = [0, 1];
  while (shareWithin(high, degreesOfFreedom) < confidence) high *= 2;
  // 200 bisections always reach neighbouring floating-point numbers.
  for (let halving = 0; halving < 200; halving++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degreesOfFreedom) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Computes the share of the distribution between -t and t. */
function shareWithin(t: number, degreesOfFreedom: number): number {
  return 1 - incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
}

/** Computes the regularised incomplete beta function I_x(a, b). Source: Abramowitz and Stegun 26.5.8, 6.6.3. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The continued fraction converges fast on this side; symmetry gives the other side.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b));
  return (front * betaFraction(x, a, b)) / a;
}

/** Evaluates the continued fraction from its last term. */
function betaFraction(x: number, a: number, b: number): number {
  let tail = 1;
  for (let m = 200; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    tail = 1 + odd / (1 + even / tail);
  }
  return 1 / tail;
}

/** Computes the logarithm of the gamma function. Source: Stirling's series, with the argument shifted to 10 or more. */
function logGamma(value: number): number {
  let [x, shift] = [value, 0];
  while (x < 10) shift -= Math.log(x++);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
