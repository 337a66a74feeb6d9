import { describe, expect, it } from 'vitest'
import { parseClientMessage, parseServerMessage, type ClientMessage, type ServerMessage } from './index.js'

const streams = [{ label: 'sophon_audio', state: 'active', muted: false }] as const
const clientMessages: readonly ClientMessage[] = [
  {
    type: 'join', id: 1, appId: 'earshot', channel: 'room-42', userId: 'alice_01', displayName: '爱丽丝', nonce: 'AK-1',
    timestamp: '4102444800', token: 'ab', profile: 0, role: 0,
  },
  { type: 'leave', id: 2 },
  { type: 'publish', id: 3, streams },
  { type: 'publish', id: 0, streams: [...streams, { label: 'sophon_video_screen_share', state: 'inactive', muted: false }] },
  { type: 'publish', id: 3, streams, offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }, { mid: '1', slot: 'camera' }, { mid: '2', slot: 'screen' }] } },
  { type: 'unpublish', id: 4 },
  { type: 'subscribe', id: 5, userId: 'bob', audio: true, camera: 'small', screen: false },
  { type: 'subscribe', id: 5, userId: 'bob', audio: true, camera: 'large', screen: false },
  { type: 'subscribe', id: 5, userId: 'bob', audio: false, camera: null, screen: false },
  { type: 'answer', id: 6, offerId: 0, sdp: 'v=0' },
  { type: 'candidate', connection: 'publish', candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null } },
  { type: 'candidate', connection: 'subscribe', candidate: null },
  { type: 'restart', id: 6 },
  { type: 'mute', id: 7, slot: 'audio', muted: true },
  { type: 'mute', id: 7, slot: 'camera', muted: false },
  { type: 'role', id: 8, role: 1 },
  { type: 'ping', id: 9 },
]
const member = { userId: 'bob', displayName: 'Bob', streams }
const serverMessages: readonly ServerMessage[] = [
  { type: 'joined', id: 1, members: [member], iceServers: [{ urls: ['stun:a'], username: 'u', credential: 'c' }, { urls: 'stun:b' }] },
  { type: 'accepted', id: 2 },
  { type: 'accepted', id: 2, sdp: 'v=0' },
  { type: 'error', id: 3, code: 33620485, message: 'the token does not match', field: 'token' },
  { type: 'error', code: 20002, message: 'the message is not JSON' },
  { type: 'member-joined', member: { ...member, streams: [] } },
  { type: 'member-left', userId: 'bob' },
  { type: 'published', member },
  { type: 'unpublished', userId: 'bob' },
  { type: 'muted', userId: 'bob', slot: 'camera', muted: true },
  { type: 'muted', userId: 'bob', slot: 'audio', muted: false },
  { type: 'offer', offerId: 1, sdp: 'v=0', tracks: [{ mid: '0', userId: 'bob', label: 'sophon_audio' }] },
  { type: 'layer', userId: 'bob', label: 'sophon_video_camera_small' },
  { type: 'candidate', connection: 'publish', candidate: { candidate: 'candidate:1', sdpMid: '0' } },
  { type: 'bye', code: 3 },
]

describe('a message survives the wire', () => {
  it.each(clientMessages)('client $type', (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual({ ok: true, message })
  })
  it.each(serverMessages)('server $type', (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual({ ok: true, message })
  })
})

describe('every field of every message is required to have its type', () => {
  // a wrong value for each field of each message; null is legal in a few places and undefined leaves an optional field out
  const cases = [
    ...clientMessages.map((message) => ({ parse: parseClientMessage, message })),
    ...serverMessages.map((message) => ({ parse: parseServerMessage, message })),
  ].flatMap(({ parse, message }) =>
    Object.keys(message).filter((field) => field !== 'type').map((field) => ({ parse, message, field, type: message.type })))

  it.each(cases)('$type.$field', ({ parse, message, field }) => {
    const parsed = parse(JSON.stringify({ ...message, [field]: { nonsense: true } }))
    expect(parsed.ok).toBe(false)
    if (parsed.ok) return
    expect(parsed.fault.field?.split('.')[0]).toBe(field)
    expect(parsed.fault.message).toContain(`"${field}`)
  })
})

describe('a bad client message', () => {
  const join = clientMessages[0]
  it.each([
    { text: 'hello', fault: { message: 'the message is not JSON' } },
    { text: 'null', fault: { message: 'the message must be an object: Invalid type: Expected Object but received null' } },
    { text: '[]', field: 'type' },
    { text: '{"type":"nonsense","id":4}', field: 'type', id: 4 },
    { text: JSON.stringify({ ...join, channel: 'a room' }), field: 'channel', id: 1, says: 'A-Z, a-z, 0-9, _ and -' },
    { text: JSON.stringify({ ...join, channel: '0' }), field: 'channel', id: 1, says: 'must not be "0"' },
    { text: JSON.stringify({ ...join, userId: '' }), field: 'userId', id: 1 },
    { text: JSON.stringify({ ...join, userId: '0' }), field: 'userId', id: 1, says: 'oneself' },
    { text: JSON.stringify({ ...join, userId: 'x'.repeat(65) }), field: 'userId', id: 1 },
    { text: JSON.stringify({ ...join, displayName: 'x'.repeat(65) }), field: 'displayName', id: 1, says: '64' },
    { text: JSON.stringify({ ...join, timestamp: '1e9' }), field: 'timestamp', id: 1, says: 'decimal' },
    { text: JSON.stringify({ ...join, profile: 3 }), field: 'profile', id: 1 },
    { text: JSON.stringify({ type: 'publish', id: 3, streams: [] }), field: 'streams', id: 3, says: 'at least one active' },
    { text: JSON.stringify({ type: 'publish', id: 3, streams: [...streams, ...streams] }), field: 'streams', id: 3, says: 'once' },
    { text: JSON.stringify({ type: 'publish', id: 3, streams: [{ ...streams[0], label: 'x' }] }), field: 'streams.0.label', id: 3 },
    { text: JSON.stringify({ type: 'publish', id: 3, streams: [{ ...streams[0], state: 'inactive' }] }), field: 'streams', id: 3, says: 'at least one active' },
    { text: JSON.stringify({ type: 'publish', id: 3, streams, offer: { sdp: '', slots: [] } }), field: 'offer.sdp', id: 3 },
    { text: JSON.stringify({ type: 'publish', id: 3, streams, offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }, { mid: '1', slot: 'audio' }] } }), field: 'offer.slots', id: 3, says: 'each slot once' },
    { text: '{"type":"leave","id":"1"}', field: 'id', says: 'is wrong: Invalid type' },
    { text: '{"type":"publish","id":0,"streams":5}', field: 'streams', id: 0 },
    { text: '{"type":"nonsense","id":-1}', field: 'type' },
    { text: '{"type":"leave","id":-1}', field: 'id' },
    { text: '{"type":"leave","id":1.5}', field: 'id' },
    { text: '{"type":"leave"}', field: 'id' },
  ])('$text is refused by name', ({ text, field, id, says, fault }) => {
    const parsed = parseClientMessage(text)
    expect(parsed.ok).toBe(false)
    if (parsed.ok) return
    if (fault) expect(parsed.fault).toEqual(fault)
    expect(parsed.fault.field).toBe(field)
    expect(parsed.fault.id).toBe(id)
    if (says) expect(parsed.fault.message).toContain(says)
  })

  it('does not get control characters into a display name', () => {
    const parsed = parseClientMessage(JSON.stringify({ ...join, displayName: ' Bob\u0000\u001b[31m ' }))
    expect(parsed.ok && parsed.message).toMatchObject({ displayName: 'Bob[31m' })
  })

  it('survives nesting that overflows a recursive walk', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    expect(parseClientMessage(deep).ok).toBe(false)
    expect(parseClientMessage(`{"type":"leave","id":${deep}}`).ok).toBe(false)
  })
})

describe('a bad server message', () => {
  it.each([
    { text: 'null', field: 'type' },
    { text: '[]', field: 'type' },
    { text: '{}', field: 'type' },
    { text: '{"type":null}', field: 'type' },
    { text: '{"type":"nonsense"}', field: 'type', message: '"nonsense"' },
    { text: '{"type":"constructor"}', field: 'type' },
    { text: '{"type":"__proto__"}', field: 'type' },
    { text: '{"type":["bye"],"code":1}', field: 'type' },
    { text: '{"type":"member-left"}', field: 'userId' },
    { text: '{"type":"layer","userId":"bob","label":"x"}', field: 'label' },
    { text: '{"type":"joined","id":1,"members":[],"iceServers":[{"urls":["a",1]}]}', field: 'iceServers.0.urls.1' },
  ])('$text is refused by name', ({ text, field, message }) => {
    const parsed = parseServerMessage(text)
    expect(parsed.ok).toBe(false)
    if (parsed.ok) return
    expect(parsed.fault.field).toBe(field)
    expect(parsed.fault.message).toContain(message ?? `"${field}"`)
  })
})
