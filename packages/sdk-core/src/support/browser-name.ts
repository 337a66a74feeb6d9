/** What a user agent says of itself. */
export interface BrowserName {
  /** Lowercase: 'chrome', 'edge', 'firefox', 'safari', or 'unknown'. */
  readonly browser: string
  /** Such as '156.0.0.0'; empty when unknown. */
  readonly version: string
  /** 'windows', 'macos', 'ios', 'android', 'linux' or 'unknown'. */
  readonly system: string
  readonly isElectron: boolean
}

/** The first that matches counts: Edge says Chrome as well, and Chrome says Safari. */
const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['edge', /\bEdg(?:e|A|iOS)?\/([\d.]+)/],
  ['firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['chrome', /\b(?:Headless)?(?:Chrome|Chromium|CriOS)\/([\d.]+)/],
  ['safari', /\bVersion\/([\d.]+).*\bSafari\//],
]

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['windows', /Windows/], ['android', /Android/], ['ios', /iPhone|iPad|iPod/], ['macos', /Mac OS X|Macintosh/], ['linux', /Linux|X11|CrOS/],
]

/** Oldest major versions that the original documents; what we do not know is let through, because features decide. */
const oldest: ReadonlyMap<string, number> = new Map([['chrome', 60], ['edge', 80], ['safari', 11]])

export function browserName(userAgent: string): BrowserName {
  const found = browsers.map(([name, pattern]) => ({ name, match: pattern.exec(userAgent) })).find(({ match }) => match !== null)
  return {
    browser: found?.name ?? 'unknown',
    version: found?.match?.[1] ?? '',
    system: systems.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'unknown',
    isElectron: /\bElectron\//.test(userAgent),
  }
}

export function isTooOld({ browser, version }: BrowserName): boolean {
  const least = oldest.get(browser)
  return least !== undefined && Number.parseInt(version, 10) < least
}

/** Phones and tablets, as far as they say so. */
export function isPhone(userAgent: string): boolean {
  return /Android|iPhone|iPad/.test(userAgent)
}
