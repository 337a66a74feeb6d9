import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ChannelRegistry } from '../src/channel/channel-registry.js'
import { makeToken } from '../src/channel/token.js'
import { readConfig } from '../src/config.js'
import { createHttp } from '../src/http.js'
import { createMetrics } from '../src/metrics.js'
import { createMemoryEngine } from '../src/sfu/memory-engine.js'
import { app, joinMessage, RawClient } from './raw-client.js'
import { startServer } from './running-server.js'

const CONTROL = 'control-token'
const bearer = { authorization: `Bearer ${CONTROL}` }
const withControl = { EARSHOT_CONTROL_TOKEN: CONTROL }

describe('health, metrics and everything unknown', () => {
  it('says ok while it accepts joins', async () => {
    const { url } = await startServer()
    const response = await fetch(`${url}/healthz`)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  it('says that it is draining while it ends, refuses new sockets, and tells the open ones', async () => {
    const { url, server } = await startServer()
    const stubborn = await RawClient.joined(url, { userId: 'alice' })
    stubborn.socket.pause() // does not answer the close frame, so that there is time to look
    const closed = server.close()
    const response = await fetch(`${url}/healthz`)
    expect([response.status, await response.json()]).toEqual([503, { status: 'draining' }])
    await expect(RawClient.connect(url)).rejects.toThrow('503')
    stubborn.socket.resume()
    await closed
    expect(await stubborn.closed).toMatchObject({ code: 1001 })
  })

  it('a server does not wait for those who do not answer', async () => {
    const { url, server } = await startServer()
    const stubborn = await RawClient.joined(url, { userId: 'alice' })
    stubborn.socket.pause()
    const before = performance.now()
    await server.close()
    expect(performance.now() - before).toBeLessThan(5000) // one second on a quiet machine; the library alone would wait for 30
    stubborn.socket.resume()
    await stubborn.closed
  })

  it.each([
    ['GET', '/nothing', 404], ['GET', '/', 404], ['GET', '//', 404], ['GET', '/../../etc/passwd', 404], ['GET', '/..%2f..%2fetc/passwd', 404], ['GET', '/%ff', 404],
    ['GET', '/..\\secret.txt', 400], ['POST', '/healthz', 404], ['DELETE', '/v1/control/channels', 403], ['GET', '/v1/channel', 426], ['GET', '/app/v1/login?room=r&user=u', 404],
  ])('%s %s answers %s%i with a code and a message', async (method, path, status) => {
    const { url } = await startServer()
    const answer = await ask(url, method, path)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toEqual({ code: status, message: expect.stringMatching(/\S/) })
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  it('HEAD answers as GET does, without the body', async () => {
    const { url } = await startServer()
    expect(await ask(url, 'HEAD', '/healthz')).toMatchObject({ status: 200, body: '' })
    expect(await ask(url, 'HEAD', '/nothing')).toMatchObject({ status: 404, body: '' })
  })

  it('metrics count what happened', async () => {
    const { url } = await startServer()
    const client = await RawClient.joined(url, { userId: 'alice' })
    await client.ask({ type: 'unpublish' })
    client.say('null')
    await client.until((message) => message.type === 'error' && message.code === 20002)
    const response = await fetch(`${url}/metrics`)
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    for (const line of [
      'earshot_sockets 1', 'earshot_channels 1', 'earshot_members 1', 'earshot_messages_total{type="join"} 1', 'earshot_messages_total{type="malformed"} 1',
      'earshot_errors_total{code="16843778"} 1', 'earshot_errors_total{code="20002"} 1', 'earshot_rtp_packets_forwarded_total 0', 'earshot_sfu_rooms 1',
    ]) expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m)
  })

  it('metrics are for this machine and for holders of the control token', async () => {
    const { url } = await startServer(withControl)
    expect((await ask(url, 'GET', '/metrics')).status).toBe(200)
    expect((await ask(url, 'GET', '/metrics', { 'x-forwarded-for': '127.0.0.1' })).status).toBe(403) // a proxy on this machine
    expect((await ask(url, 'GET', '/metrics', { 'x-forwarded-for': '203.0.113.7', ...bearer })).status).toBe(200)
  })

  it.each([['10.0.0.7', {}, 403], ['10.0.0.7', bearer, 200], ['::ffff:127.0.0.1', {}, 200], ['::1', {}, 200]])(
    'metrics asked for from %s with %o: %i', async (remoteAddress, headers, status) => {
      const result = readConfig(withControl)
      if (!result.ok) throw new Error(result.problems.join())
      const [engine, log] = [createMemoryEngine(), pino({ level: 'silent' })]
      const registry = new ChannelRegistry({ engine, log, app, limits: result.config.limits, iceServers: [], graceSeconds: 30, now: Date.now })
      const metrics = createMetrics({ sockets: () => 0, channels: () => 0, members: () => 0, sfu: () => engine.stats() })
      const http = createHttp({ config: result.config, app, registry, metrics, log, files: new Map(), now: Date.now, isDraining: () => false })
      expect((await http.request('/metrics', { headers }, { incoming: { socket: { remoteAddress } } })).status).toBe(status)
    })
})

describe('the development login', () => {
  const dev = { EARSHOT_DEV_LOGIN: '1' }

  it('gives auth info in the shape of AliRTC, and the join accepts it', async () => {
    const { url } = await startServer(dev)
    const before = Math.floor(Date.now() / 1000)
    const response = await fetch(`${url}/app/v1/login?room=room-1&user=alice`)
    const { code, data } = await response.json() as { code: number; data: Readonly<Record<string, string | number>> & { turn: { username: string; password: string } } }
    expect([response.status, code]).toEqual([200, 0])
    expect(data).toMatchObject({ appid: app.id, userid: 'alice', gslb: [url], nonce: expect.stringMatching(/^AK-[A-Za-z0-9-]{1,61}$/), token: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(Object.keys(data)).toEqual(['appid', 'userid', 'gslb', 'token', 'nonce', 'timestamp', 'turn'])
    expect(Number(data['timestamp']) - before - 48 * 3600).toBeLessThanOrEqual(5) // the seconds that the request may have taken
    expect(Number(data['timestamp']) - before).toBeGreaterThanOrEqual(48 * 3600)
    expect(data.turn).toEqual({ username: `alice?appid=${app.id}&channel=room-1&nonce=${data['nonce']}&timestamp=${data['timestamp']}`, password: data['token'] })
    const client = await RawClient.connect(url)
    const claims = { channel: 'room-1', userId: 'alice', nonce: String(data['nonce']), timestamp: String(data['timestamp']), token: String(data['token']) }
    expect(await client.ask(joinMessage(claims))).toMatchObject({ type: 'joined' })
  })

  it.each([
    ['Zoë', 'b18b489a878375a0'], ['0', null], ['a'.repeat(65), null],
  ])('a user called %s gets an id derived from room and name', async (user, expected) => {
    const { url } = await startServer(dev)
    const { data } = await (await fetch(`${url}/app/v1/login?${new URLSearchParams({ room: 'r', user })}`)).json() as { data: { userid: string } }
    expect(data.userid).toMatch(/^[0-9a-f]{16}$/)
    if (expected !== null) expect(data.userid).toBe(expected)
  })

  it.each<[string, RequestInit | undefined]>([
    ['?room=r&user=u', undefined],
    ['?room=r&user=u', { method: 'POST' }],
    ['', { method: 'POST', body: new URLSearchParams({ room: 'r', user: 'u' }) }],
    ['?room=r', { method: 'POST', body: '{"user":"u"}', headers: { 'content-type': 'application/json' } }],
  ])('takes room and user from %s %o', async (query, init) => {
    const { url } = await startServer(dev)
    expect(await (await fetch(`${url}/app/v1/login${query}`, init)).json()).toMatchObject({ code: 0, data: { userid: 'u', turn: { username: expect.stringContaining('&channel=r&') } } })
  })

  it.each([['', 'room'], ['?room=a%20b&user=u', 'room'], ['?room=0&user=u', 'room'], ['?room=r', 'user'], [`?room=r&user=${'x'.repeat(300)}`, 'user']])(
    'without what it needs (%s) it says that %s is wrong', async (query, field) => {
      const { url } = await startServer(dev)
      const answer = await ask(url, 'GET', `/app/v1/login${query}`)
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { code: 400, message: expect.stringContaining(`"${field}"`) }])
    })

  it('a body that is too long or no JSON is refused', async () => {
    const { url } = await startServer({ ...dev, EARSHOT_MAX_BODY_BYTES: '1024' })
    const post = async (body: string): Promise<number> => (await fetch(`${url}/app/v1/login`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).status
    expect([await post('{'), await post(`{"room":"${'r'.repeat(2000)}"}`)]).toEqual([400, 413])
  })

  it('names the public address where there is one', async () => {
    const { url } = await startServer({ ...dev, EARSHOT_PUBLIC_URL: 'https://calls.example' })
    expect(await (await fetch(`${url}/app/v1/login?room=r&user=u`)).json()).toMatchObject({ data: { gslb: ['https://calls.example'] } })
  })

  it.each([
    ['*', 'https://any.example', '*'],
    ['https://app.example', 'https://app.example', 'https://app.example'],
    ['https://app.example', 'https://evil.example', undefined],
    ['', 'https://evil.example', undefined],
  ])('with EARSHOT_ALLOWED_ORIGINS=%s a page of %s is told %s', async (allowed, origin, expected) => {
    const { url } = await startServer({ ...dev, EARSHOT_ALLOWED_ORIGINS: allowed })
    for (const [method, status] of [['GET', 200], ['OPTIONS', 204]] as const) {
      const answer = await ask(url, method, '/app/v1/login?room=r&user=u', { origin })
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, expected])
    }
    for (const path of ['/app/v1/login', '/v1/channel']) {
      expect((await ask(url, 'GET', path, { origin })).headers['access-control-allow-origin'], path).toBe(expected) // errors are readable too
    }
  })
})

describe('the control API', () => {
  it.each([
    ['no token configured', {}, bearer, 403, 'EARSHOT_CONTROL_TOKEN'],
    ['no header', withControl, {}, 401, 'Bearer'],
    ['another token', withControl, { authorization: 'Bearer control-tokem' }, 401, 'Bearer'],
    ['another scheme', withControl, { authorization: `Basic ${CONTROL}` }, 401, 'Bearer'],
    ['an empty token', withControl, { authorization: 'Bearer ' }, 401, 'Bearer'],
  ])('is closed with %s', async (_what, env, headers, status, message) => {
    const { url } = await startServer(env)
    for (const [method, path] of [['GET', '/channels'], ['GET', '/channels/room/users'], ['POST', '/channels/room/kick'], ['POST', '/channels/room/close']] as const) {
      const answer = await ask(url, method, `/v1/control${path}`, headers)
      expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { code: status, message: expect.stringContaining(message) }])
    }
  })

  it('lists channels and users', async () => {
    const { url } = await startServer(withControl)
    expect(await control(url, 'GET', '')).toEqual({ channels: [] })
    const before = Date.now()
    const alice = await RawClient.joined(url, { userId: 'alice', displayName: 'Alice', profile: 1 })
    await RawClient.joined(url, { userId: 'bob', profile: 1, role: 1 })
    await alice.ask({
      type: 'publish', offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }, { mid: '1', slot: 'camera' }] },
      streams: [{ label: 'sophon_audio', state: 'active', muted: true }, { label: 'sophon_video_camera_large', state: 'inactive', muted: false }],
    })
    const { channels } = await control(url, 'GET', '') as { channels: { since: number }[] }
    expect(channels).toEqual([{ id: 'room', users: 2, since: expect.any(Number) }])
    expect(channels[0]?.since).toBeGreaterThanOrEqual(before)
    expect(channels[0]?.since).toBeLessThanOrEqual(Date.now())
    expect(await control(url, 'GET', '/room/users')).toEqual({ users: [
      { userId: 'alice', displayName: 'Alice', role: 0, joinedAt: expect.any(Number), streams: ['sophon_audio'] },
      { userId: 'bob', displayName: 'bob', role: 1, joinedAt: expect.any(Number), streams: [] },
    ] })
  })

  it('a channel that does not exist is 404', async () => {
    const { url } = await startServer(withControl)
    for (const [method, path] of [['GET', '/nope/users'], ['POST', '/nope/kick'], ['POST', '/nope/close']] as const) {
      expect(await ask(url, method, `/v1/control/channels${path}`, bearer, '{"users":["u"]}')).toMatchObject({ status: 404, body: expect.stringContaining('"code":404') })
    }
  })

  it('kicks: bye 1 for the victim, unpublished and member-left for the others; joining again is allowed', async () => {
    const { url } = await startServer(withControl)
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await alice.ask({ type: 'publish', offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }] }, streams: [{ label: 'sophon_audio', state: 'active', muted: false }] })
    expect(await control(url, 'POST', '/room/kick', { users: ['alice', 'carol', 'alice'] })).toEqual({ results: [
      { id: 'alice', code: 0, message: 'Success' }, { id: 'carol', code: 404, message: expect.stringContaining('no such user') },
    ] })
    expect(await alice.closed).toMatchObject({ code: 1000 })
    expect(alice.heard.at(-1)).toEqual({ type: 'bye', code: 1 })
    expect((await bob.events()).map((message) => message.type)).toEqual(['published', 'unpublished', 'member-left'])
    await RawClient.joined(url, { userId: 'alice' })
  })

  it('closes: bye 2 for everybody, and no other event', async () => {
    const { url, engine } = await startServer(withControl)
    const members = [await RawClient.joined(url, { userId: 'alice' }), await RawClient.joined(url, { userId: 'bob' })]
    expect(await control(url, 'POST', '/room/close')).toEqual({ closed: true })
    for (const member of members) {
      expect(await member.closed).toMatchObject({ code: 1000 })
      expect(member.heard.filter((message) => message.type !== 'joined' && message.type !== 'member-joined')).toEqual([{ type: 'bye', code: 2 }])
    }
    expect(await control(url, 'GET', '')).toEqual({ channels: [] })
    expect(engine.stats().rooms).toBe(0)
  })

  it.each([['nothing', ''], ['no JSON', '{'], ['no list', '{"users":"alice"}'], ['an empty list', '{"users":[]}'], ['numbers', '{"users":[1]}']])(
    'a kick with %s as its body is refused', async (_what, body) => {
      const { url } = await startServer(withControl)
      await RawClient.joined(url, { userId: 'alice' })
      expect(await ask(url, 'POST', '/v1/control/channels/room/kick', bearer, body)).toMatchObject({ status: 400, body: expect.stringContaining('users') })
    })

  it('a body of unknown length is read all the same', async () => {
    const { url } = await startServer(withControl)
    await RawClient.joined(url, { userId: 'alice' })
    const streamed = { body: new Blob(['{"users":', '["alice"]}']).stream(), duplex: 'half' } // a stream needs `duplex`, which the types do not know
    const answer = await fetch(`${url}/v1/control/channels/room/kick`, { method: 'POST', headers: bearer, ...streamed })
    expect(await answer.json()).toEqual({ results: [{ id: 'alice', code: 0, message: 'Success' }] })
  })

  it.each(['DELETE', 'PUT', 'PATCH'])('a %s is answered like anything that is not there', async (method) => {
    const { url } = await startServer(withControl)
    expect(await ask(url, method, '/v1/control/channels', bearer)).toMatchObject({ status: 404 })
  })

  it('a body that is too long is refused', async () => {
    const { url } = await startServer({ ...withControl, EARSHOT_MAX_BODY_BYTES: '1024' })
    await RawClient.joined(url, { userId: 'alice' })
    expect((await ask(url, 'POST', '/v1/control/channels/room/kick', bearer, `{"users":["${'x'.repeat(2000)}"]}`)).status).toBe(413)
  })
})

describe('the demo and the script', () => {
  it('are served with what they need, and nothing beside them is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-public-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'public/assets'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    writeFileSync(join(folder, 'public/index.html'), '<!doctype html>demo')
    writeFileSync(join(folder, 'public/earshot.global.js'), 'var AliRtcEngine')
    writeFileSync(join(folder, 'public/assets/main-B1c2D3e4.js'), 'export {}')
    const { url } = await startServer({}, join(folder, 'public'))

    const page = await ask(url, 'GET', '/?channel=r&name=u&join=1')
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>demo', headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' } })
    const policy = page.headers['content-security-policy']
    for (const needed of ["script-src 'self' 'wasm-unsafe-eval' blob:", "connect-src 'self' ws: wss: http: https:", "worker-src 'self' blob:", "media-src 'self' blob:"]) {
      expect(policy).toContain(needed)
    }
    expect(await ask(url, 'GET', '/', { 'if-none-match': String(page.headers.etag) })).toMatchObject({ status: 304, body: '' })
    expect(await ask(url, 'HEAD', '/')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '19' } })
    expect(await ask(url, 'GET', '/earshot.global.js')).toMatchObject({ status: 200, body: 'var AliRtcEngine', headers: { 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*' } })
    expect(await ask(url, 'GET', '/assets/main-B1c2D3e4.js')).toMatchObject({ status: 200, headers: { 'cache-control': expect.stringContaining('immutable') } })
    for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/assets', '/assets/', '//index.html', '/index.html/']) {
      expect({ path, ...await ask(url, 'GET', path) }).toMatchObject({ path, status: 404, body: expect.not.stringContaining('secret"') })
    }
  })
})

it('logs who joined, was refused, removed and left, and no secret', async () => {
  const { url, lines } = await startServer({ ...withControl, EARSHOT_DEV_LOGIN: '1' })
  const alice = await RawClient.joined(url, { userId: 'alice' })
  await RawClient.joined(url, { userId: 'bob' })
  await alice.ask({ type: 'publish', offer: { sdp: 'v=0 secret-description', slots: [{ mid: '0', slot: 'audio' }] }, streams: [{ label: 'sophon_audio', state: 'active', muted: false }] })
  await alice.ask({ type: 'role', role: 1 })
  await alice.ask({ type: 'leave' })
  await control(url, 'POST', '/room/kick', { users: ['bob'] })
  const entries = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  const of = (note: string): unknown => entries.filter((entry) => entry['msg'] === note).map((entry) => entry['user'])
  expect([of('joined'), of('refused'), of('left'), of('removed')]).toEqual([['alice', 'bob'], ['alice'], ['alice'], ['bob']])
  expect(entries.find((entry) => entry['msg'] === 'joined')).toMatchObject({ channel: 'room', session: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  const secrets = ['secret-description', app.key, CONTROL, makeToken({ appId: app.id, channel: 'room', userId: 'alice', nonce: 'AK-1', timestamp: '4102444800' }, app.key)]
  expect(secrets.filter((secret) => lines.join('').includes(secret))).toEqual([])
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends the path as it is; `fetch` would tidy it up first. */
function ask(url: string, method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = request({ hostname, port, method, path, headers: { ...headers, ...length }, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function control(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await ask(url, method, `/v1/control/channels${path}`, bearer, body === undefined ? '' : JSON.stringify(body))
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`)
  return JSON.parse(answer.body)
}
