import { describe, expect, test } from 'vitest'
import { channelUrl } from './channel-url.js'

describe('the address of an entry of gslb', () => {
  test.each([
    ['http://host:8080', 'https:', 'ws://host:8080/v1/channel'],
    ['https://host', 'http:', 'wss://host/v1/channel'],
    ['ws://host/', 'https:', 'ws://host/v1/channel'],
    ['wss://host/base/', 'http:', 'wss://host/base/v1/channel'],
    ['HTTPS://host', 'http:', 'wss://host/v1/channel'],
    ['host:8080', 'http:', 'ws://host:8080/v1/channel'],
    ['host', 'https:', 'wss://host/v1/channel'],
    ['//host/base', 'https:', 'wss://host/base/v1/channel'],
    [' 127.0.0.1:9 ', 'http:', 'ws://127.0.0.1:9/v1/channel'],
    ['wss://host/base//', 'http:', 'wss://host/base/v1/channel'],
    ['host/a//b', 'http:', 'ws://host/a//b/v1/channel'],
    ['host/?next=http://other', 'http:', 'ws://host/v1/channel'],
    ['https://host/base?x=1#y', 'http:', 'wss://host/base/v1/channel'],
  ])('%j on a page of %s is %s', (entry, protocol, url) => {
    expect(channelUrl(entry, protocol)).toBe(url)
  })

  test.each(['', '   ', 'ftp://host', 'http://', 'a b', 'javascript://host'])('%j is none', (entry) => {
    expect(channelUrl(entry, 'https:')).toBeUndefined()
  })
})
