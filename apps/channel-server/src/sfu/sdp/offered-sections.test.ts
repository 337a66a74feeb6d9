import { describe, expect, it } from 'vitest'
import { arrangeSections, sameSections, type Section, type WantedSection } from './offered-sections.js'

const want = (sourceId: string, trackId: string, ssrc: number, kind: 'audio' | 'video' = 'video'): WantedSection => ({ sourceId, kind, streamId: sourceId[0]!, trackId, ssrc, rtxSsrc: kind === 'video' ? ssrc + 100 : null })
/** `mid source` of what flows, `mid -` of what does not. */
const shown = (sections: readonly Section[]) => sections.map((section) => `${section.mid} ${section.sourceId ?? '-'}`)

describe('arrangeSections', () => {
  const both = arrangeSections([], [want('a1', 'large', 1), want('b1', 'small', 2)])

  it.each<[string, WantedSection[], string[]]>([
    ['keeps what stays', [want('b1', 'small', 2), want('a1', 'large', 1)], ['0 a1', '1 b1']],
    ['leaves a section inactive', [want('b1', 'small', 2)], ['0 -', '1 b1']],
    ['takes an inactive one of the same track id again', [want('b1', 'small', 2), want('c1', 'large', 3)], ['0 c1', '1 b1']],
    ['adds one for another track id', [want('b1', 'small', 2), want('c1', 'screen', 3)], ['0 -', '1 b1', '2 c1']],
    ['adds one for another kind', [want('b1', 'small', 2), want('c1', 'large', 3, 'audio')], ['0 -', '1 b1', '2 c1']],
    ['keeps the section of a source that comes as a new stream', [want('a1', 'large', 9), want('b1', 'small', 2)], ['0 a1', '1 b1']],
    ['adds none twice', [want('a1', 'large', 1), want('b1', 'small', 2), want('c1', 'large', 3), want('d1', 'large', 4)], ['0 a1', '1 b1', '2 c1', '3 d1']],
  ])('%s', (_, wanted, expected) => {
    const arranged = arrangeSections(both, wanted)
    expect(shown(arranged)).toEqual(expected)
    expect(arranged.flatMap(({ stream }) => stream?.ssrc ?? []).sort()).toEqual(wanted.map(({ ssrc }) => ssrc).sort())
  })

  it('tells a new stream in an old section from no change', () => {
    expect(sameSections(both, arrangeSections(both, [want('a1', 'large', 1), want('b1', 'small', 2)]))).toBe(true)
    expect(sameSections(both, arrangeSections(both, [want('a1', 'large', 9), want('b1', 'small', 2)]))).toBe(false)
  })
})
