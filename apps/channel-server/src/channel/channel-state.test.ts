import {
  ERROR_BAD_PARAMETER, ERROR_CHANNEL_FULL, ERROR_MEDIA_REFUSED, ERROR_NO_STREAM, ERROR_NO_USER, ERROR_NOT_PUBLISHING, ERROR_OPTIONS_JOINCHANNEL,
  ERROR_PUBLISH_WRONG_ROLE, ERROR_ROLE_REFUSED, ERROR_SERVER_FULL, type Slot, type StreamLabel, type StreamRow,
} from '@earshot/protocol'
import { describe, expect, it } from 'vitest'
import { emptyChannel, type ChannelState, type Input, type JoinMessage, type MemberMessage, type Output } from './channel-model.js'
import { step } from './channel-state.js'

const settings = { maxMembers: 3, maxTracks: 4, iceServers: [] }

function run(inputs: readonly Input[], from: ChannelState = emptyChannel(settings)): { state: ChannelState; outputs: readonly Output[] } {
  return inputs.reduce((so, input) => step(so.state, input), { state: from, outputs: [] as readonly Output[] })
}

const join = (sessionId: string, more: Partial<JoinMessage> = {}): Input => ({
  type: 'join', sessionId, atMs: 0,
  request: { type: 'join', id: 1, appId: 'a', channel: 'c', userId: sessionId, displayName: sessionId.toUpperCase(), nonce: 'AK-1', timestamp: '1', token: 't', profile: 0, role: 0, ...more },
})
const says = (sessionId: string, message: MemberMessage): Input => ({ type: 'message', sessionId, message })
const row = (label: StreamLabel, state: StreamRow['state'] = 'active', muted = false): StreamRow => ({ label, state, muted })
const audio = row('sophon_audio')
const large = row('sophon_video_camera_large')
const small = row('sophon_video_camera_small')
const sdp = (session: number, version = 2, user = 'u'): string =>
  `v=0\r\no=- ${session} ${version} IN IP4 127.0.0.1\r\na=ice-ufrag:${user}\r\na=fingerprint:sha-256 ${session}${session}:AB\r\n`
const offer = (session: number, slots: readonly Slot[] = ['audio', 'camera', 'screen']) =>
  ({ sdp: sdp(session), slots: slots.map((slot, index) => ({ mid: String(index), slot })) })
const publish = (sessionId: string, streams: readonly StreamRow[], session = 1): readonly Input[] => [
  says(sessionId, { type: 'publish', id: 2, streams, offer: offer(session) }), { type: 'done', sessionId, sdp: 'v=0 answer' },
]
const subscribe = (sessionId: string, userId: string, more: Partial<Extract<MemberMessage, { type: 'subscribe' }>> = {}): Input =>
  says(sessionId, { type: 'subscribe', id: 3, userId, audio: true, camera: 'large', screen: false, ...more })

/** Who is told what, in order, as short as it can be read. */
function told(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap((output) => {
    if (output.type !== 'tell') return output.type === 'note' ? [] : [`${output.type} ${output.sessionId}`]
    const { message } = output
    const about = 'member' in message ? ` ${message.member.userId}` : 'userId' in message ? ` ${message.userId}` : message.type === 'bye' ? ` ${message.code}` : ''
    return [`${output.sessionId} < ${message.type}${about}`]
  })
}

const errorOf = (outputs: readonly Output[]): unknown => outputs.flatMap((output) => (output.type === 'tell' && output.message.type === 'error' ? [output.message] : []))[0]

describe('who hears what, in which order', () => {
  const two = run([join('a'), join('b')]).state
  const publishing = run(publish('a', [audio, large]), two).state
  const subscribed = run([subscribe('b', 'a'), { type: 'done', sessionId: 'b' }], publishing).state

  it.each<[string, ChannelState, readonly Input[], readonly string[]]>([
    ['the first one in hears only that', emptyChannel(settings), [join('a')], ['a < joined']],
    ['a newcomer is answered before the others hear of it', run([join('a')]).state, [join('b')], ['b < joined', 'a < member-joined b']],
    ['an offer goes to the SFU first', two, [says('a', { type: 'publish', id: 2, streams: [audio], offer: offer(1) })], ['receive a']],
    ['then the publisher is answered, then the others hear of it', two, publish('a', [audio]), ['a < accepted', 'b < published a']],
    ['a second publish needs no SFU', publishing, [says('a', { type: 'publish', id: 4, streams: [audio] })], ['a < accepted', 'b < published a']],
    ['publishing the same again is no news', publishing, [says('a', { type: 'publish', id: 4, streams: [audio, large] })], ['a < accepted']],
    ['nor is an ICE restart', subscribed, publish('a', [audio, large]), ['a < accepted']],
    ['a subscription goes to the SFU', publishing, [subscribe('b', 'a')], ['send b']],
    ['and is answered when that is done', publishing, [subscribe('b', 'a'), { type: 'done', sessionId: 'b' }], ['b < accepted']],
    ['the same subscription again needs no SFU', subscribed, [subscribe('b', 'a')], ['b < accepted']],
    ['subscribers hear of the end before they are renegotiated', subscribed, [says('a', { type: 'unpublish', id: 4 })],
      ['a < accepted', 'b < unpublished a', 'send b', 'close-transport a']],
    ['a publisher who leaves unpublishes first', subscribed, [says('a', { type: 'leave', id: 4 })],
      ['a < accepted', 'end a', 'b < unpublished a', 'b < member-left a', 'send b', 'close-transport a', 'close-transport a']],
    ['one who published nothing just leaves', two, [{ type: 'gone', sessionId: 'a' }], ['end a', 'b < member-left a', 'close-transport a', 'close-transport a']],
    ['a kick', subscribed, [{ type: 'kick', sessionId: 'a' }],
      ['a < bye 1', 'end a', 'b < unpublished a', 'b < member-left a', 'send b', 'close-transport a', 'close-transport a']],
    ['a second login takes the place of the first', subscribed, [join('a2', { userId: 'a' })],
      ['a < bye 3', 'end a', 'b < unpublished a', 'b < member-left a', 'send b', 'close-transport a', 'close-transport a', 'a2 < joined', 'b < member-joined a']],
    ['the end of a channel is a bye and nothing else', two, [{ type: 'close' }],
      ['a < bye 2', 'end a', 'close-transport a', 'close-transport a', 'b < bye 2', 'end b', 'close-transport b', 'close-transport b']],
    ['muting is told to the others', publishing, [says('a', { type: 'mute', id: 4, slot: 'audio', muted: true })], ['a < accepted', 'b < muted a']],
    ['unmuting what is not muted is no news', publishing, [says('a', { type: 'mute', id: 4, slot: 'camera', muted: false })], ['a < accepted']],
    ['a restart is accepted before the SFU offers it', subscribed, [says('b', { type: 'restart', id: 4 })], ['b < accepted', 'restart b']],
    ['a ping is answered', two, [says('a', { type: 'ping', id: 4 })], ['a < accepted']],
    ['what is said about a session that is gone does nothing', two, [{ type: 'done', sessionId: 'x' }], []],
    ['an outcome that nobody waits for does nothing', two, [{ type: 'done', sessionId: 'a' }], []],
    ['a layer that the client does not know yet is told', subscribed, [{ type: 'layer', sessionId: 'b', sourceId: 'a:camera', layer: 'small' }], ['b < layer a']],
    ['one that it knows is not', subscribed, [{ type: 'layer', sessionId: 'b', sourceId: 'a:camera', layer: 'large' }], []],
    ['a layer of somebody it is not subscribed to is not told', publishing, [{ type: 'layer', sessionId: 'b', sourceId: 'a:camera', layer: 'small' }], []],
  ])('%s', (_what, state, inputs, expected) => {
    expect(told(run(inputs, state).outputs)).toEqual(expected)
  })

  it('a newcomer gets everybody and what they publish with its answer', () => {
    const { outputs } = run([join('c')], publishing)
    expect(outputs[0]).toMatchObject({ message: { type: 'joined', id: 1, members: [
      { userId: 'a', displayName: 'A', streams: [audio, large] }, { userId: 'b', displayName: 'B', streams: [] },
    ] } })
  })

  it('muting changes both rows of the camera, and newcomers learn of it', () => {
    const { state } = run([...publish('a', [audio, large, small]), says('a', { type: 'mute', id: 4, slot: 'camera', muted: true }), join('c')], two)
    expect(state.members.get('a')?.streams.map((one) => one.muted)).toEqual([false, true, true])
  })
})

describe('what is refused, and why', () => {
  const two = run([join('a'), join('b')]).state
  const live = run([join('a', { profile: 1, role: 0 }), join('b', { profile: 2, role: 1 })]).state
  const publishing = run(publish('a', [audio, large]), two).state

  it.each<[string, ChannelState, Input, number, string?]>([
    ['publishing as audience', live, says('b', { type: 'publish', id: 2, streams: [audio], offer: offer(1) }), ERROR_PUBLISH_WRONG_ROLE],
    ['a first publish without an offer', two, says('a', { type: 'publish', id: 2, streams: [audio] }), ERROR_BAD_PARAMETER, 'offer'],
    ['a publish after unpublish without an offer', run([says('a', { type: 'unpublish', id: 4 })], publishing).state, says('a', { type: 'publish', id: 2, streams: [audio] }), ERROR_BAD_PARAMETER, 'offer'],
    ['a row without its media section', two, says('a', { type: 'publish', id: 2, streams: [audio, large], offer: offer(1, ['audio']) }), ERROR_BAD_PARAMETER, 'streams.1.label'],
    ['unpublishing nothing', two, says('a', { type: 'unpublish', id: 2 }), ERROR_NOT_PUBLISHING],
    ['muting what is not published', two, says('a', { type: 'mute', id: 2, slot: 'audio', muted: true }), ERROR_NOT_PUBLISHING, 'slot'],
    ['a role in a channel without roles', two, says('a', { type: 'role', id: 2, role: 1 }), ERROR_ROLE_REFUSED],
    ['a change of role while publishing', run(publish('a', [audio]), live).state, says('a', { type: 'role', id: 2, role: 1 }), ERROR_ROLE_REFUSED],
    ['subscribing to nobody', two, subscribe('b', 'x'), ERROR_NO_USER, 'userId'],
    ['subscribing to oneself', publishing, subscribe('a', 'a'), ERROR_BAD_PARAMETER, 'userId'],
    ['subscribing to somebody who publishes nothing', two, subscribe('b', 'a'), ERROR_NO_STREAM, 'userId'],
    ['subscribing to nothing of what is published', publishing, subscribe('b', 'a', { audio: false, camera: null, screen: true }), ERROR_NO_STREAM, 'userId'],
    ['another profile', two, join('c', { profile: 1 }), ERROR_OPTIONS_JOINCHANNEL, 'profile'],
    ['one member too many', run([join('c')], two).state, join('d'), ERROR_CHANNEL_FULL],
  ])('%s', (_what, state, input, code, field) => {
    const { state: after, outputs } = run([input], state)
    expect(errorOf(outputs)).toMatchObject({ code, ...(field === undefined ? {} : { field }) })
    expect(after).toEqual(state)
  })

  it('more tracks than one member may receive', () => {
    const three = run([join('c'), ...publish('b', [audio, large])], publishing).state
    const one = run([subscribe('c', 'a', { screen: true }), { type: 'done', sessionId: 'c' }], three).state
    expect(errorOf(run([subscribe('c', 'b')], one).outputs)).toMatchObject({ code: ERROR_SERVER_FULL })
    expect(errorOf(run([subscribe('c', 'b', { camera: null })], one).outputs)).toBeUndefined()
  })

  it.each<[string, ChannelState, Input]>([
    ['profile 2 counts as 1', live, join('c', { profile: 1 })],
    ['the place of the same user is free', run([join('c')], two).state, join('c2', { userId: 'c' })],
    ['a channel with nobody but the same user takes its new profile', run([join('a')]).state, join('a2', { userId: 'a', profile: 1 })],
    ['everybody has left, so the profile is free', run([join('a'), { type: 'gone', sessionId: 'a' }]).state, join('b', { profile: 1 })],
    ['the role one has already', live, says('b', { type: 'role', id: 2, role: 1 })],
    ['a role while not publishing', live, says('b', { type: 'role', id: 2, role: 0 })],
    ['roles do not matter in profile 0', run([join('a', { role: 1 })]).state, says('a', { type: 'publish', id: 2, streams: [audio], offer: offer(1) })],
    ['ending a subscription that there is not', two, subscribe('b', 'a', { audio: false, camera: null })],
  ])('allowed: %s', (_what, state, input) => {
    expect(errorOf(run([input], state).outputs)).toBeUndefined()
  })

  it('an offer that the SFU cannot use leaves nothing behind', () => {
    const { state, outputs } = run([
      says('a', { type: 'publish', id: 2, streams: [audio], offer: offer(1) }), { type: 'failed', sessionId: 'a', refusal: { code: ERROR_MEDIA_REFUSED, message: 'no' } },
    ], two)
    expect(errorOf(outputs)).toMatchObject({ id: 2, code: ERROR_MEDIA_REFUSED })
    expect(told(outputs)).toEqual(['a < error', 'close-transport a'])
    expect(state).toEqual(two)
  })

  it('a refused ICE restart leaves the connection that works', () => {
    const { state, outputs } = run([
      says('a', { type: 'publish', id: 2, streams: [audio], offer: offer(1) }), { type: 'failed', sessionId: 'a', refusal: { code: ERROR_MEDIA_REFUSED, message: 'no' } },
    ], publishing)
    expect(told(outputs)).toEqual(['a < error'])
    expect(state).toEqual(publishing)
  })
})

describe('what the SFU is asked for, and what becomes of it', () => {
  const two = run([join('a'), join('b')]).state
  const publishing = run(publish('a', [audio, large]), two).state
  const subscribed = run([subscribe('b', 'a'), { type: 'done', sessionId: 'b' }], publishing).state
  const refusal = { code: ERROR_MEDIA_REFUSED, message: 'no' }
  const toA = (message: Extract<Output, { type: 'tell' }>['message']): Output => ({ type: 'tell', sessionId: 'a', message })

  it('candidates pass both ways, as they are', () => {
    const candidate = { candidate: 'candidate:1', sdpMid: '0' }
    expect(run([says('a', { type: 'candidate', connection: 'publish', candidate })], two).outputs).toEqual([{ type: 'add-candidate', sessionId: 'a', connection: 'publish', candidate }])
    expect(run([{ type: 'candidate', sessionId: 'a', connection: 'subscribe', candidate: null }], two).outputs).toEqual([toA({ type: 'candidate', connection: 'subscribe', candidate: null })])
  })

  it('an answer goes to the SFU, and its outcome to the client; a refused one changes nothing', () => {
    const answered = run([says('b', { type: 'answer', id: 5, offerId: 7, sdp: 'v=0' })], subscribed)
    expect(answered.outputs).toEqual([{ type: 'answer', sessionId: 'b', offerId: 7, sdp: 'v=0' }])
    expect(run([{ type: 'done', sessionId: 'b' }], answered.state)).toEqual({ state: subscribed, outputs: [{ type: 'tell', sessionId: 'b', message: { type: 'accepted', id: 5 } }] })
    expect(run([{ type: 'failed', sessionId: 'b', refusal }], answered.state).state).toEqual(subscribed)
  })

  it('a failure that nobody waits for does nothing', () => {
    expect(run([{ type: 'failed', sessionId: 'a', refusal }], two)).toEqual({ state: two, outputs: [] })
  })

  it('a refused subscription is none, and a subscription keeps the connection that publishes', () => {
    const both = run(publish('b', [audio], 2), publishing).state
    const { state } = run([subscribe('b', 'a'), { type: 'failed', sessionId: 'b', refusal }], both)
    expect(state).toEqual(both)
  })

  it('a connection that was to replace another and is refused has ended both', () => {
    const { state, outputs } = run([
      says('a', { type: 'publish', id: 2, streams: [audio], offer: offer(2) }), { type: 'failed', sessionId: 'a', refusal },
    ], publishing)
    expect(told(outputs)).toEqual(['a < error', 'close-transport a'])
    expect(state.members.get('a')?.connection).toBe(null)
  })

  it('who leaves gives both transports back, who stops to publish the one', () => {
    const closed = (outputs: readonly Output[]) => outputs.flatMap((output) => (output.type === 'close-transport' ? [output.connection] : []))
    expect(closed(run([{ type: 'gone', sessionId: 'a' }], publishing).outputs)).toEqual(['publish', 'subscribe'])
    expect(closed(run([says('a', { type: 'unpublish', id: 4 })], publishing).outputs)).toEqual(['publish'])
  })

  it('only what a client asked for is waited for', () => {
    const awaited = (outputs: readonly Output[]) => outputs.flatMap((output) => (output.type === 'send' ? [output.awaited] : []))
    expect(awaited(run([subscribe('b', 'a')], publishing).outputs)).toEqual([true])
    expect(awaited(run([says('a', { type: 'unpublish', id: 4 })], subscribed).outputs)).toEqual([false])
  })

  it('after the end of a channel it is as new', () => {
    expect(run([{ type: 'close' }], subscribed).state).toEqual(emptyChannel(settings))
  })

  it('the profile stays while somebody is there', () => {
    const live = run([join('a', { profile: 1 }), join('b', { profile: 1 }), { type: 'gone', sessionId: 'a' }]).state
    expect(live.profile).toBe(1)
    expect(errorOf(run([join('c')], live).outputs)).toMatchObject({ code: ERROR_OPTIONS_JOINCHANNEL })
  })

  it('a layer that nobody knows, or of nobody, is not told', () => {
    for (const [sourceId, layer] of [['a:camera', 'huge'], ['nonsense', 'small'], ['x:camera', 'small']] as const) {
      expect(run([{ type: 'layer', sessionId: 'b', sourceId, layer }], subscribed)).toEqual({ state: subscribed, outputs: [] })
    }
  })

  it('a layer that came and went is told twice, and the other tracks keep their labels', () => {
    const layer = (name: string): Input => ({ type: 'layer', sessionId: 'b', sourceId: 'a:camera', layer: name })
    const { state } = run([layer('small')], subscribed)
    expect(state.members.get('b')?.subscriptions.get('a')?.carried.map(({ label }) => label)).toEqual(['sophon_audio', 'sophon_video_camera_small'])
    expect(run([layer('large')], state)).toMatchObject({ state: subscribed, outputs: [{ message: { type: 'layer', userId: 'a', label: 'sophon_video_camera_large' } }] })
  })

  it('an offer leaves out a slot that is not carried, and somebody who is not subscribed to', () => {
    const consumers = [{ mid: '0', sourceId: 'a:screen' }, { mid: '1', sourceId: 'b:audio' }, { mid: '2', sourceId: 'a:audio' }]
    const { outputs } = run([{ type: 'offer', sessionId: 'b', offerId: 7, sdp: 'v=0', consumers }], subscribed)
    expect(outputs).toMatchObject([{ message: { tracks: [{ mid: '2', userId: 'a', label: 'sophon_audio' }] } }])
  })
})

describe('why a session ends, and what the log is told', () => {
  const two = run([join('a'), join('b', { role: 1 })]).state
  const leave = says('a', { type: 'leave', id: 4 })
  const notes = (outputs: readonly Output[]) => outputs.flatMap((output) => (output.type === 'note' ? [[output.note, output.sessionId, output.userId, output.detail]] : []))
  const ends = (outputs: readonly Output[]) => outputs.flatMap((output) => (output.type === 'end' ? [`${output.sessionId} ${output.why}`] : []))

  it.each<[string, Input, string[], unknown[]]>([
    ['a join', join('c', { userId: 'carol', profile: 0, role: 1 }), [], [['joined', 'c', 'carol', { role: 1, profile: 0, members: 3 }]]],
    ['a leave', leave, ['a left'], [['left', 'a', 'a', { why: 'left' }]]],
    ['a socket that is gone', { type: 'gone', sessionId: 'a' }, ['a gone'], [['left', 'a', 'a', { why: 'gone' }]]],
    ['a kick', { type: 'kick', sessionId: 'a' }, ['a bye'], [['removed', 'a', 'a', { why: 'kicked' }]]],
    ['a second login', join('a2', { userId: 'a' }), ['a bye'], [['removed', 'a', 'a', { why: 'replaced' }], ['joined', 'a2', 'a', { role: 0, profile: 0, members: 2 }]]],
    ['the end of the channel', { type: 'close' }, ['a bye', 'b bye'], [['removed', 'a', 'a', { why: 'closed' }], ['removed', 'b', 'b', { why: 'closed' }]]],
    ['a refused join', join('c', { profile: 1 }), [], [['refused', 'c', 'c', { request: 'join', code: ERROR_OPTIONS_JOINCHANNEL, reason: 'the channel has profile 0, not 1' }]]],
    ['a refused request', says('a', { type: 'unpublish', id: 4 }), [], [['refused', 'a', 'a', { request: 'unpublish', code: ERROR_NOT_PUBLISHING, reason: 'nothing is being published' }]]],
  ])('%s', (_what, input, ended, noted) => {
    const { outputs } = run([input], two)
    expect(ends(outputs)).toEqual(ended)
    expect(notes(outputs)).toEqual(noted)
  })

  it('who has left is refused nothing and told nothing', () => {
    const { state } = run([leave], two)
    expect(run([leave], state)).toEqual({ state, outputs: [] })
  })
})

describe('what a subscriber receives', () => {
  const consumers = (outputs: readonly Output[]): unknown => outputs.flatMap((output) => (output.type === 'send' ? output.consumers : []))
  const two = run([join('a'), join('b')]).state
  const both = run([...publish('a', [audio, large, small]), subscribe('b', 'a'), { type: 'done', sessionId: 'b' }], two).state

  it('the tracks bear the user and the label', () => {
    expect(consumers(run([...publish('a', [audio, large, small]), subscribe('b', 'a')], two).outputs)).toEqual([
      { sourceId: 'a:audio', streamId: 'a', trackId: 'sophon_audio' },
      { sourceId: 'a:camera', layer: 'large', streamId: 'a', trackId: 'sophon_video_camera_large' },
    ])
  })

  it('another layer keeps the track id, so that nothing is renegotiated', () => {
    expect(consumers(run([subscribe('b', 'a', { camera: 'small' })], both).outputs)).toContainEqual(
      { sourceId: 'a:camera', layer: 'small', streamId: 'a', trackId: 'sophon_video_camera_large' })
  })

  it('a layer that is not announced gives way to the one that is', () => {
    expect(consumers(run([...publish('a', [audio, large]), subscribe('b', 'a', { camera: 'small' })], two).outputs)).toContainEqual(
      { sourceId: 'a:camera', layer: 'large', streamId: 'a', trackId: 'sophon_video_camera_large' })
  })

  it('a camera that is turned off and on again renegotiates nothing', () => {
    const off = run([says('a', { type: 'publish', id: 4, streams: [audio, { ...large, state: 'inactive' }, { ...small, state: 'inactive' }] })], both)
    expect(told(off.outputs)).toEqual(['a < accepted', 'b < published a'])
    expect(told(run([says('a', { type: 'publish', id: 5, streams: [audio, large, small] })], off.state).outputs)).toEqual(['a < accepted', 'b < published a'])
  })

  it('a wanted camera that is turned on later starts by itself', () => {
    const waiting = run([...publish('a', [audio, { ...large, state: 'inactive' }]), subscribe('b', 'a'), { type: 'done', sessionId: 'b' }], two).state
    const { outputs } = run([says('a', { type: 'publish', id: 4, streams: [audio, large] })], waiting)
    expect(told(outputs)).toEqual(['a < accepted', 'b < published a', 'send b'])
    expect(consumers(outputs)).toHaveLength(2)
  })

  it('a publisher that restarts ICE keeps its transport, and nobody else hears of it', () => {
    const restart = says('a', { type: 'publish', id: 4, streams: [audio, large, small], offer: { ...offer(1), sdp: sdp(1, 3, 'v') } })
    const restarted = run([restart], both)
    expect(restarted.outputs).toEqual([{ type: 'receive', sessionId: 'a', fresh: false, offer: {
      sdp: sdp(1, 3, 'v'), sources: [{ mid: '0', sourceId: 'a:audio' }, { mid: '1', sourceId: 'a:camera' }, { mid: '2', sourceId: 'a:screen' }],
    } }])
    const { state, outputs } = run([{ type: 'done', sessionId: 'a', sdp: 'v=0' }], restarted.state)
    expect(outputs).toEqual([{ type: 'tell', sessionId: 'a', message: { type: 'accepted', id: 4, sdp: 'v=0' } }])
    expect(state).toEqual(both)
  })

  it.each([['session', sdp(2)], ['certificate', sdp(1).replace(':AB', ':CD')]])('a publisher with a connection of another %s is sent anew to its subscribers, who hear nothing else of it', (_what, other) => {
    const replaced = run([says('a', { type: 'publish', id: 4, streams: [audio, large, small], offer: { ...offer(1), sdp: other } })], both)
    expect(replaced.outputs).toMatchObject([{ type: 'receive', fresh: true }])
    expect(told(run([{ type: 'done', sessionId: 'a', sdp: 'v=0' }], replaced.state).outputs)).toEqual(['a < accepted', 'send b'])
  })

  it('a subscription ends when nothing is wanted any more', () => {
    const { state, outputs } = run([subscribe('b', 'a', { audio: false, camera: null })], both)
    expect([consumers(outputs), state.members.get('b')?.subscriptions.size]).toEqual([[], 0])
  })

  it('publishing again does not bring an old subscription back', () => {
    const again = run([says('a', { type: 'unpublish', id: 4 }), ...publish('a', [audio], 2)], both)
    expect(told(again.outputs)).toEqual(['a < accepted', 'b < published a'])
  })

  it('an offer names users and labels, and leaves out who is gone', () => {
    const { outputs } = run([{ type: 'offer', sessionId: 'b', offerId: 7, sdp: 'v=0', consumers: [
      { mid: '0', sourceId: 'a:audio' }, { mid: '1', sourceId: 'a:camera' }, { mid: '2', sourceId: 'gone:audio' }, { mid: '3', sourceId: 'nonsense' },
    ] }], both)
    expect(outputs).toEqual([{ type: 'tell', sessionId: 'b', message: { type: 'offer', offerId: 7, sdp: 'v=0', tracks: [
      { mid: '0', userId: 'a', label: 'sophon_audio' }, { mid: '1', userId: 'a', label: 'sophon_video_camera_large' },
    ] } }])
  })

  it('after a change of layer, offers name the layer that arrives', () => {
    const state = run([{ type: 'layer', sessionId: 'b', sourceId: 'a:camera', layer: 'small' }], both).state
    const { outputs } = run([{ type: 'offer', sessionId: 'b', offerId: 8, sdp: 'v=0', consumers: [{ mid: '1', sourceId: 'a:camera' }] }], state)
    expect(outputs).toMatchObject([{ message: { tracks: [{ label: 'sophon_video_camera_small' }] } }])
  })
})
