import type { ConnectionSample, StreamSample } from '../connection-sample.js'
import type { Issue } from './issue.js'
import { ISSUE_THRESHOLDS, type IssueThresholds } from './issue-thresholds.js'
import { sightsIn, type Sight } from './sight.js'

export interface FindIssuesOptions {
  /** Other than {@link ISSUE_THRESHOLDS}. A duration of Infinity turns its issue off. */
  readonly thresholds?: Partial<IssueThresholds>
  /**
   * Whether the application had this microphone switched off (`track.enabled = false`) at this time (ms since 1970). Statistics do not tell: it
   * sends silence of level 0, as one does that its owner or the system has muted. Without this option a level of exactly 0 is therefore no issue.
   */
  readonly isSwitchedOff?: (track: StreamSample, timestamp: number) => boolean
}

/**
 * What was wrong in these samples of one connection, oldest first, with evidence; sorted by `from`. Pure: call it at the end for all samples, or
 * each second for those of the last half minute, say (an issue is found only when its whole duration is in the window).
 *
 * An issue lasts: every sample over its duration shows it, and they are at least two. A gap, a sample that is missing between two, or one in which the figure is not known
 * (the first of a stream, after a reset, nothing sent or expected) ends it; two samples of one report count once. Streams that are idle, paused
 * or switched off are not looked at. A far side that has paused all it sends looks like one that cannot be heard, and is no issue while its
 * RTCP arrives. Throws a TypeError or RangeError that names the argument.
 */
export function findIssues(samples: readonly ConnectionSample[], options: FindIssuesOptions = {}): Issue[] {
  if (!Array.isArray(samples)) throw new TypeError('samples must be an array of ConnectionSample')
  const thresholds = withDefaults(options.thresholds)
  const issues: Issue[] = []
  const close = ({ issue, lastsMs, samples: count }: Run): void => {
    if (count >= LEAST_SAMPLES && issue.to - issue.from >= lastsMs - ROUNDING_MS) issues.push(issue)
  }
  let open = new Map<string, Run>()
  let end = NaN
  for (const sample of samples as readonly ConnectionSample[]) {
    if (sample.durationMs === 0) continue
    const follows = Math.abs(sample.timestamp - sample.durationMs - end) <= ROUNDING_MS
    const next = new Map<string, Run>()
    for (const sight of sample.gap ? [] : sightsIn(sample, thresholds, options.isSwitchedOff)) {
      const earlier = follows ? open.get(sight.key) : undefined
      next.set(sight.key, earlier ? prolong(earlier, sight) : { ...sight, samples: 1 })
      open.delete(earlier ? sight.key : '')
    }
    open.forEach(close)
    open = next
    end = sample.timestamp
  }
  open.forEach(close)
  return issues.sort((one, other) => one.from - other.from)
}

/** An issue as far as it has been followed. */
interface Run extends Sight {
  readonly samples: number
}

/** A single sample, however long its interval, may be the one in which a pause of the sender ended. */
const LEAST_SAMPLES = 2
/** Times of this size (ms since 1970) are sums of doubles. */
const ROUNDING_MS = 1

const prolong = (earlier: Run, later: Sight): Run => {
  const worse = later.severity > earlier.severity ? later : earlier
  return { ...worse, issue: { ...worse.issue, from: earlier.issue.from, to: later.issue.to }, samples: earlier.samples + 1 }
}

function withDefaults(thresholds: Partial<IssueThresholds> = {}): IssueThresholds {
  for (const [name, value] of Object.entries(thresholds) as [string, unknown][]) {
    if (!Object.hasOwn(ISSUE_THRESHOLDS, name)) throw new TypeError(`thresholds.${name} is not one of ${Object.keys(ISSUE_THRESHOLDS).join(', ')}`)
    if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`thresholds.${name} must be a number from 0, got ${String(value)}`)
  }
  return { ...ISSUE_THRESHOLDS, ...thresholds }
}
