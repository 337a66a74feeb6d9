import { describe, expect, it } from 'vitest'
import { channelFault, formatPageUrl, invitation, preferredLanguage, readPageUrl, type PageUrl } from './page-url.js'

const nothing: PageUrl = { channel: '', name: '', join: false, audioProcessing: true }

describe('the address bar', () => {
  it.each<[string, PageUrl]>([
    ['', nothing],
    ['?channel=room-1&name=Alice&join=1', { ...nothing, channel: 'room-1', name: 'Alice', join: true }],
    ['?channel=r&name=%E7%88%B1%E4%B8%BD%E4%B8%9D&lang=zh', { ...nothing, channel: 'r', name: '爱丽丝', lang: 'zh' }],
    ['?channel=r&name=a+b&audioProcessing=0', { ...nothing, channel: 'r', name: 'a b', audioProcessing: false }],
  ])('%s is read, and written the same', (search, page) => {
    expect(readPageUrl(search)).toEqual(page)
    expect(formatPageUrl(page)).toBe(search)
  })

  it.each(['?join=true', '?join=0', '?lang=fr', '?audioProcessing=no', '?channel=%20', '?other=1'])('%s counts as nothing said', (search) => {
    expect(readPageUrl(search)).toEqual(nothing)
  })

  it('an invitation keeps the channel and leaves out who sent it', () => {
    expect(invitation({ channel: 'room-1', name: 'Alice', join: true, audioProcessing: false, lang: 'zh' })).toBe('?channel=room-1&lang=zh')
  })
})

it.each([
  [['de-DE', 'zh-Hans-CN', 'en'], 'zh'], [['en-GB', 'zh'], 'en'], [['ZH'], 'zh'], [['fr'], 'en'], [[], 'en'],
])('a browser that prefers %j gets %s', (languages, language) => {
  expect(preferredLanguage(languages)).toBe(language)
})

it.each([
  ['room-42', undefined], ['A_b-9', undefined], ['x'.repeat(64), undefined],
  ['', 'empty'], ['a room', 'malformed'], ['房间', 'malformed'], ['0', 'malformed'], ['x'.repeat(65), 'malformed'], ['a/b', 'malformed'],
])('the channel %j has the fault %s', (channel, fault) => {
  expect(channelFault(channel)).toBe(fault)
})
