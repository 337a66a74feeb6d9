/** Bounds in milliseconds. */
const FIRST_MS = 250
const LONGEST_MS = 2000

/**
 * How long to wait before an attempt (0 is the first), in milliseconds: anything up to a bound that doubles from 250 ms to
 * 2 s. Full jitter, so that those who lost the same server do not come back in step:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param random 0..1
 */
export function backOffMs(attempt: number, random: number): number {
  return random * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
}
