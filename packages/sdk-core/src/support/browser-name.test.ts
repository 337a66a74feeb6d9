import { expect, it } from 'vitest'
import { browserName, isPhone, isTooOld } from './browser-name.js'

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

it.each([['chrome', '59.9', true], ['chrome', '60.0', false], ['edge', '79', true], ['edge', '80', false], ['safari', '10.1', true], ['safari', '11.0', false], ['firefox', '1', false]])(
  '%s %s is too old: %s', (browser, version, tooOld) => { expect(isTooOld({ browser, version, system: 'linux', isElectron: false })).toBe(tooOld) })

it.each([['Linux; Android 10', true], ['iPhone; CPU', true], ['iPad; CPU OS', true], ['X11; Linux x86_64', false]])('%s is a phone or tablet: %s', (userAgent, phone) => {
  expect(isPhone(userAgent)).toBe(phone)
})
