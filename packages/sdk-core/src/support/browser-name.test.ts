import { expect, it } from 'vitest'
import { browserName, isTooOld } from './browser-name.js'

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36', 'chrome', '156.0.0.0', 'linux', false],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0', 'edge', '156.0.0.0', 'windows', false],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'firefox', '153.0', 'linux', false],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', 'safari', '18.5', 'macos', false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1', 'safari', '18.5', 'ios', false],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0.0.0 Mobile Safari/537.36', 'chrome', '58.0.0.0', 'android', true],
  ['something else', 'unknown', '', 'unknown', false],
])('%s', (userAgent, browser, version, system, tooOld) => {
  const name = browserName(userAgent)
  expect(name).toEqual({ browser, version, system, isElectron: false })
  expect(isTooOld(name)).toBe(tooOld)
})
