import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeMedia } from './sfu-media.contract.js'
import { SfuError, type Consumer, type SfuEngine, type SfuEvent } from './sfu-engine.js'

/** How to speak to the engine under test; only text, nobody has to be at the other end. */
export interface ContractPeers {
  /** A publisher's offer with these sections, `rids` for simulcast. */
  offer(sections: readonly { readonly mid: string; readonly kind: 'audio' | 'video'; readonly rids?: readonly string[] }[]): string
  /** A subscriber's answer that accepts all of an offer. */
  answer(offer: string): string
  /** Whether the engine carries real packets on 127.0.0.1, and the media rules apply. */
  readonly media: boolean
}

type Offer = Extract<SfuEvent, { type: 'offer' }>

const HERE = { address: '127.0.0.1' }
const SECTIONS = [{ mid: '0', kind: 'audio' }, { mid: '1', kind: 'video', rids: ['large', 'small'] }, { mid: '2', kind: 'video' }] as const
const sourcesOf = (user: string) => [{ mid: '0', sourceId: `${user}/audio` }, { mid: '1', sourceId: `${user}/camera` }, { mid: '2', sourceId: `${user}/screen` }]
const consumerOf = (user: string, slot: 'audio' | 'camera' | 'screen', trackId: string = slot): Consumer => ({ sourceId: `${user}/${slot}`, streamId: user, trackId })

/** Sections of a description by mid: `m=` line, direction and msid. */
function sectionsOf(sdp: string): Map<string, { kind: string; direction: string; msid: string | undefined }> {
  const blocks = sdp.split(/\r?\n(?=m=)/).slice(1)
  return new Map(blocks.map((block) => {
    const value = (pattern: RegExp) => pattern.exec(block)?.[1]
    return [value(/a=mid:(\S+)/) ?? '', { kind: value(/^m=(\S+)/)!, direction: value(/a=(sendonly|recvonly|sendrecv|inactive)/)!, msid: value(/a=msid:(.+?)\r?\n/) }]
  }))
}

/** What every implementation of the port promises. */
export function describeSfuEngine(name: string, make: () => SfuEngine, peers: ContractPeers): void {
  describe(name, () => {
    let engine: SfuEngine
    let events: SfuEvent[]

    beforeEach(async () => {
      engine = make()
      events = []
      engine.on((event) => void events.push(event))
      await engine.openRoom('room')
    })
    afterEach(() => engine.close())

    const offersTo = (transportId: string) => events.filter((event): event is Offer => event.type === 'offer' && event.transportId === transportId)
    const lastOffer = (transportId: string) => offersTo(transportId).at(-1)!
    const acceptLast = (transportId: string) => engine.answer(transportId, lastOffer(transportId).offerId, peers.answer(lastOffer(transportId).sdp))
    const publish = async (user: string, room = 'room') => {
      await engine.openTransport(room, `${user}-up`, HERE)
      return engine.receive(`${user}-up`, { sdp: peers.offer(SECTIONS), sources: sourcesOf(user) })
    }
    const subscribe = async (user: string, consumers: readonly Consumer[]) => {
      await engine.openTransport('room', `${user}-down`, HERE)
      await engine.send(`${user}-down`, consumers)
    }

    it('refuses to open what is open, and to use what is not', async () => {
      await engine.openTransport('room', 't', HERE)
      await expect(engine.openRoom('room')).rejects.toThrow(SfuError)
      await expect(engine.openTransport('room', 't', HERE)).rejects.toThrow(SfuError)
      await expect(engine.openTransport('nowhere', 'u', HERE)).rejects.toThrow(SfuError)
      await expect(engine.receive('nobody', { sdp: peers.offer(SECTIONS), sources: [] })).rejects.toThrow(SfuError)
      await expect(engine.send('nobody', [])).rejects.toThrow(SfuError)
      await expect(engine.restart('nobody')).rejects.toThrow(SfuError)
      await expect(engine.answer('nobody', 1, 'v=0')).rejects.toThrow(SfuError)
      await expect(engine.addCandidate('nobody', null)).rejects.toThrow(SfuError)
    })

    it('refuses an address that is no IP address', async () => {
      await expect(engine.openTransport('room', 't', { address: 'media.example.org' })).rejects.toThrow(SfuError)
      expect(engine.stats().transports).toBe(0)
    })

    it('closes what is closed or was never there without a word', async () => {
      await publish('a')
      await engine.closeTransport('a-up')
      await engine.closeTransport('a-up')
      await engine.closeTransport('nobody')
      await engine.closeRoom('room')
      await engine.closeRoom('room')
      await engine.close()
      await engine.close()
      expect(engine.stats()).toMatchObject({ rooms: 0, transports: 0, sources: 0, consumers: 0 })
    })

    it('answers a publisher with its sections, and counts its sources', async () => {
      const { sdp } = await publish('a')
      for (const { mid } of SECTIONS) expect(sdp).toContain(`a=mid:${mid}`)
      expect(engine.stats()).toMatchObject({ rooms: 1, transports: 1, sources: 3, consumers: 0 })
    })

    it('offers each consumer with its msid, and says which section is whose', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'camera', 'sophon_video_camera_large')])
      const { sdp, consumers } = lastOffer('b-down')
      const sections = sectionsOf(sdp)
      expect(consumers.map(({ sourceId }) => sourceId)).toEqual(['a/audio', 'a/camera'])
      expect(consumers.map(({ mid }) => sections.get(mid))).toEqual([
        { kind: 'audio', direction: 'sendonly', msid: 'a audio' },
        { kind: 'video', direction: 'sendonly', msid: 'a sophon_video_camera_large' },
      ])
      expect(engine.stats().consumers).toBe(2)
    })

    it('offers every picture with RTX, whose ssrc is its own', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'camera'), consumerOf('a', 'screen')])
      const [, audio = '', ...pictures] = lastOffer('b-down').sdp.split(/\r?\n(?=m=)/)
      expect(audio).not.toMatch(/rtx|FID/)
      const ssrcs = pictures.flatMap((block) => {
        const [, payloadType, rtx] = /^m=video 9 UDP\/TLS\/RTP\/SAVPF (\d+) (\d+)\r?\n/.exec(block)!
        for (const line of [`a=rtpmap:${payloadType} VP8/90000`, `a=rtpmap:${rtx} rtx/90000`, `a=fmtp:${rtx} apt=${payloadType}`]) expect(block).toContain(line)
        return /a=ssrc-group:FID (\d+) (\d+)/.exec(block)!.slice(1)
      })
      expect(new Set(ssrcs).size).toBe(4)
      expect(new Set(pictures.join('').match(/(?<=^a=ssrc:)\d+/gm))).toEqual(new Set(ssrcs))
    })

    it('offers nothing to a client that gets nothing', async () => {
      await subscribe('b', [])
      expect(offersTo('b-down')).toEqual([])
    })

    it('carries the same label of two users in one connection, but no msid twice', async () => {
      await publish('a')
      await publish('c')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('c', 'audio')])
      expect([...sectionsOf(lastOffer('b-down').sdp).values()].map(({ msid }) => msid)).toEqual(['a audio', 'c audio'])
      await expect(engine.send('b-down', [consumerOf('a', 'audio'), { sourceId: 'c/audio', streamId: 'a', trackId: 'audio' }])).rejects.toThrow(SfuError)
      await expect(engine.send('b-down', [consumerOf('a', 'audio'), { ...consumerOf('a', 'audio'), streamId: 'x' }])).rejects.toThrow(SfuError)
      expect(engine.stats().consumers).toBe(2)
    })

    it('refuses ids that a description cannot carry', async () => {
      await publish('a')
      await engine.openTransport('room', 'b-down', HERE)
      await expect(engine.send('b-down', [{ sourceId: 'a/audio', streamId: 'a\r\na=x', trackId: 'audio' }])).rejects.toThrow(SfuError)
      await expect(engine.send('b-down', [{ sourceId: 'a/audio', streamId: 'a', trackId: '' }])).rejects.toThrow(SfuError)
    })

    it('leaves unknown sources out, and those of another room', async () => {
      await engine.openRoom('other')
      await publish('a')
      await publish('z', 'other')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('nobody', 'audio'), consumerOf('z', 'audio')])
      expect(lastOffer('b-down').consumers.map(({ sourceId }) => sourceId)).toEqual(['a/audio'])
    })

    it('has one offer in flight; what changes meanwhile goes into the next', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      await engine.send('b-down', [consumerOf('a', 'audio'), consumerOf('a', 'camera')])
      await engine.send('b-down', [consumerOf('a', 'audio'), consumerOf('a', 'camera'), consumerOf('a', 'screen')])
      expect(offersTo('b-down')).toHaveLength(1)
      await acceptLast('b-down')
      expect(offersTo('b-down')).toHaveLength(2)
      expect(lastOffer('b-down').consumers).toHaveLength(3)
      expect(lastOffer('b-down').offerId).toBeGreaterThan(offersTo('b-down')[0]!.offerId)
      await acceptLast('b-down')
      expect(offersTo('b-down')).toHaveLength(2)
    })

    it('makes no second offer when a change made meanwhile was taken back', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      await engine.send('b-down', [consumerOf('a', 'audio'), consumerOf('a', 'camera')])
      await engine.send('b-down', [consumerOf('a', 'audio')])
      await acceptLast('b-down')
      expect(offersTo('b-down')).toHaveLength(1)
      await engine.send('b-down', [consumerOf('a', 'audio'), consumerOf('a', 'camera')])
      expect(offersTo('b-down')).toHaveLength(2)
      await acceptLast('b-down')
    })

    it('restarts ICE with an offer that differs in its credentials and its version alone', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'camera')])
      await acceptLast('b-down')
      await engine.restart('b-down')
      const [before, after] = offersTo('b-down') as [Offer, Offer]
      expect(offersTo('b-down')).toHaveLength(2)
      const rest = ({ sdp }: Offer) => sdp.replaceAll(/^a=ice-(ufrag|pwd):.*$|^o=.*$/gm, '')
      expect([after.consumers, rest(after)]).toEqual([before.consumers, rest(before)])
      for (const line of [/a=ice-ufrag:(\S+)/, /a=ice-pwd:(\S+)/]) expect(line.exec(after.sdp)![1]).not.toBe(line.exec(before.sdp)![1])
      await acceptLast('b-down')
      expect(offersTo('b-down')).toHaveLength(2)
    })

    it('restarts ICE with the next offer while one is in flight, once for all requests and changes', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      await engine.restart('b-down')
      await engine.send('b-down', [consumerOf('a', 'audio'), consumerOf('a', 'screen')])
      await engine.restart('b-down')
      expect(offersTo('b-down')).toHaveLength(1)
      await acceptLast('b-down')
      const [before, after] = offersTo('b-down') as [Offer, Offer]
      expect(/a=ice-ufrag:\S+/.exec(after.sdp)![0]).not.toBe(/a=ice-ufrag:\S+/.exec(before.sdp)![0])
      expect(after.consumers.map(({ sourceId }) => sourceId)).toEqual(['a/audio', 'a/screen'])
      await acceptLast('b-down')
      expect(offersTo('b-down')).toHaveLength(2)
    })

    it('restarts a connection that carries nothing now, but none that never carried anything', async () => {
      await publish('a')
      await subscribe('b', [])
      await engine.restart('b-down')
      expect(offersTo('b-down')).toHaveLength(0)
      await engine.send('b-down', [consumerOf('a', 'audio')])
      await acceptLast('b-down')
      await engine.send('b-down', [])
      await acceptLast('b-down')
      await engine.restart('b-down')
      expect(offersTo('b-down')).toHaveLength(3)
      expect(lastOffer('b-down').consumers).toEqual([])
    })

    it('does not restart what its client restarts, or what is not used yet', async () => {
      await publish('a')
      await expect(engine.restart('a-up')).rejects.toThrow(SfuError)
      await engine.openTransport('room', 't', HERE)
      await engine.restart('t')
      expect(events.filter((event) => event.type === 'offer')).toEqual([])
    })

    it('refuses an answer to an older offer, to none, and one that is no description; the offer stays in flight', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      const first = lastOffer('b-down')
      await expect(engine.answer('b-down', first.offerId + 1, peers.answer(first.sdp))).rejects.toThrow(SfuError)
      await expect(engine.answer('b-down', first.offerId, 'rubbish')).rejects.toThrow(SfuError)
      await engine.answer('b-down', first.offerId, peers.answer(first.sdp))
      await expect(engine.answer('b-down', first.offerId, peers.answer(first.sdp))).rejects.toThrow(SfuError)
      await engine.send('b-down', [])
      await expect(engine.answer('b-down', first.offerId, peers.answer(first.sdp))).rejects.toThrow(SfuError)
      await acceptLast('b-down')
    })

    it('uses a section again only for the same track id', async () => {
      await publish('a')
      await publish('c')
      await subscribe('b', [consumerOf('a', 'camera', 'large')])
      const { mid } = lastOffer('b-down').consumers[0]!
      await acceptLast('b-down')
      await engine.send('b-down', [])
      expect(sectionsOf(lastOffer('b-down').sdp).get(mid)).toMatchObject({ direction: 'inactive', msid: undefined })
      expect(lastOffer('b-down').consumers).toEqual([])
      await acceptLast('b-down')
      await engine.send('b-down', [consumerOf('c', 'camera', 'small')])
      expect(lastOffer('b-down').consumers[0]!.mid).not.toBe(mid)
      await acceptLast('b-down')
      await engine.send('b-down', [consumerOf('c', 'camera', 'small'), consumerOf('a', 'screen', 'large')])
      expect(lastOffer('b-down').consumers).toContainEqual({ mid, sourceId: 'a/screen' })
      expect(sectionsOf(lastOffer('b-down').sdp).get(mid)).toMatchObject({ direction: 'sendonly', msid: 'a large' })
    })

    it('changes a layer without an offer', async () => {
      await publish('a')
      await subscribe('b', [{ ...consumerOf('a', 'camera'), layer: 'large' }])
      await acceptLast('b-down')
      await engine.send('b-down', [{ ...consumerOf('a', 'camera'), layer: 'small' }])
      expect(offersTo('b-down')).toHaveLength(1)
    })

    it('keeps sources and their consumers when a publisher negotiates again', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'screen')])
      await acceptLast('b-down')
      await engine.receive('a-up', { sdp: peers.offer(SECTIONS), sources: sourcesOf('a') })
      expect(offersTo('b-down')).toHaveLength(1)
      expect(engine.stats()).toMatchObject({ sources: 3, consumers: 2 })
    })

    it('ends the consumers of a source that is not named again', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'screen')])
      await acceptLast('b-down')
      await engine.receive('a-up', { sdp: peers.offer(SECTIONS), sources: sourcesOf('a').slice(0, 2) })
      expect(lastOffer('b-down').consumers.map(({ sourceId }) => sourceId)).toEqual(['a/audio'])
      expect(engine.stats()).toMatchObject({ sources: 2, consumers: 1 })
    })

    it('ends sources with their transport and consumers with their source', async () => {
      await publish('a')
      await publish('c')
      await subscribe('b', [consumerOf('a', 'audio'), consumerOf('c', 'audio')])
      await acceptLast('b-down')
      await engine.closeTransport('a-up')
      expect(lastOffer('b-down').consumers.map(({ sourceId }) => sourceId)).toEqual(['c/audio'])
      expect(engine.stats()).toMatchObject({ transports: 2, sources: 3, consumers: 1 })
      await engine.closeTransport('b-down')
      expect(engine.stats()).toMatchObject({ transports: 1, sources: 3, consumers: 0 })
    })

    it('closes the transports of a room with it, and tells nobody any more', async () => {
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      await engine.closeRoom('room')
      await expect(engine.send('b-down', [])).rejects.toThrow(SfuError)
      expect(engine.stats()).toMatchObject({ rooms: 0, transports: 0, sources: 0, consumers: 0 })
      await engine.openRoom('room')
      await engine.openTransport('room', 'b-down', HERE)
    })

    it('refuses a source that another transport has, a mid that is not there, and a name used twice', async () => {
      await publish('a')
      await engine.openTransport('room', 'x', HERE)
      const receive = (sources: readonly { mid: string; sourceId: string }[]) => engine.receive('x', { sdp: peers.offer(SECTIONS), sources })
      await expect(receive([{ mid: '0', sourceId: 'a/audio' }])).rejects.toThrow(SfuError)
      await expect(receive([{ mid: '9', sourceId: 'x/audio' }])).rejects.toThrow(SfuError)
      await expect(receive([{ mid: '1', sourceId: 'x/camera' }, { mid: '2', sourceId: 'x/camera' }])).rejects.toThrow(SfuError)
      await receive(sourcesOf('x'))
      expect(engine.stats().sources).toBe(6)
    })

    it('refuses to send to a transport that it receives from, and the other way round', async () => {
      await publish('a')
      await expect(engine.send('a-up', [])).rejects.toThrow(SfuError)
      await subscribe('b', [consumerOf('a', 'audio')])
      await expect(engine.receive('b-down', { sdp: peers.offer(SECTIONS), sources: [] })).rejects.toThrow(SfuError)
    })

    it.each([['nothing', ''], ['rubbish', 'rubbish'], ['half a line', 'v'], ['binary', '\u0000\u0001\u0002']])('refuses %s as an offer and stays usable', async (_, sdp) => {
      await engine.openTransport('room', 't', HERE)
      await expect(engine.receive('t', { sdp, sources: [{ mid: '0', sourceId: 's' }] })).rejects.toThrow(SfuError)
      expect(engine.stats().sources).toBe(0)
      await engine.receive('t', { sdp: peers.offer(SECTIONS), sources: sourcesOf('t') })
    })

    it('carries calls out in the order they were made', async () => {
      const calls = [
        engine.openTransport('room', 'a-up', HERE),
        engine.receive('a-up', { sdp: peers.offer(SECTIONS), sources: sourcesOf('a') }),
        engine.receive('a-up', { sdp: peers.offer(SECTIONS), sources: sourcesOf('a').slice(0, 1) }),
        engine.receive('a-up', { sdp: peers.offer(SECTIONS), sources: sourcesOf('a').slice(0, 2) }),
      ]
      await Promise.all(calls)
      expect(engine.stats().sources).toBe(2)
    })

    it('takes every candidate, usable or not', async () => {
      await engine.openTransport('room', 't', HERE)
      for (const candidate of ['', 'rubbish', 'candidate:1 1 udp 1 0c1f.local 9 typ host', 'candidate:1 1 udp 1 203.0.113.7 0 typ host', 'candidate:1 1 tcp 1 ::1 9 typ host tcptype active']) {
        await engine.addCandidate('t', { candidate, sdpMid: '0' })
      }
      await engine.addCandidate('t', null)
    })

    it('goes on when a listener throws, and stops telling one that left', async () => {
      const heard: string[] = []
      engine.on(() => { throw new Error('a fault of the listener') })
      const stop = engine.on((event) => void heard.push(event.type))
      await publish('a')
      await subscribe('b', [consumerOf('a', 'audio')])
      expect(heard).toContain('offer')
      stop()
      const before = heard.length
      await engine.closeTransport('a-up')
      await acceptLast('b-down')
      expect(heard).toHaveLength(before)
    })

    it('keeps no socket and no timer of 200 rooms that were opened and closed', async () => {
      const count = async (type: string) => {
        // A closed socket's handle goes away in a later turn of the event loop.
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
        return process.getActiveResourcesInfo().filter((resource) => resource === type).length
      }
      await engine.closeRoom('room')
      const timersBefore = await count('Timeout')
      for (let round = 0; round < 200; round++) {
        await engine.openRoom('room')
        await publish('a')
        await subscribe('b', [consumerOf('a', 'audio'), consumerOf('a', 'camera')])
        await acceptLast('b-down')
        await engine.closeRoom('room')
      }
      expect(engine.stats()).toMatchObject({ rooms: 0, transports: 0, sources: 0, consumers: 0 })
      expect(await count('UDPWrap')).toBe(0)
      // The test runner's own timers come and go; one left by each round would be 200.
      expect(await count('Timeout')).toBeLessThan(timersBefore + 20)
    })

    if (peers.media) describeMedia(make)
  })
}
