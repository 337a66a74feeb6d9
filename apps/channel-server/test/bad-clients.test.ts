import { once } from 'node:events'
import { connect } from 'node:net'
import type { ServerMessage } from '@earshot/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { joinMessage, RawClient } from './raw-client.js'
import { startServer } from './running-server.js'

/** Another client is served as if nothing had happened. */
async function stillServes(url: string): Promise<void> {
  const client = await RawClient.joined(url, { userId: 'witness' })
  expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' })
}

const isError = (message: ServerMessage): boolean => message.type === 'error'

describe('malformed messages', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  it.each<[string, string | Uint8Array, object]>([
    ['null', 'null', { code: 20002 }],
    ['no JSON', '{', { code: 20002, message: 'the message is not JSON' }],
    ['an empty message', '', { code: 20002 }],
    ['a number', '1', { code: 20002 }],
    ['an array', '[]', { code: 20002 }],
    ['an unknown type', '{"type":"dance","id":7}', { code: 20002, field: 'type', id: 7 }],
    ['no type', '{"id":7}', { code: 20002, field: 'type', id: 7 }],
    ['a request without an id', '{"type":"ping"}', { code: 20002, field: 'id' }],
    ['an id that is no whole number', '{"type":"ping","id":1.5}', { code: 20002, field: 'id' }],
    ['a field of another type', '{"type":"mute","id":7,"slot":"screen","muted":true}', { code: 20002, field: 'slot', id: 7 }],
    ['a field deep inside', '{"type":"publish","id":7,"streams":[{"label":"sophon_audio","state":"on","muted":false}]}', { code: 20002, field: 'streams.0.state', id: 7 }],
    ['nesting without end', deep, { code: 20002 }],
    ['nesting without end inside a field', `{"type":"ping","id":${deep}}`, { code: 20002 }],
    ['a prototype', '{"__proto__":{"type":"ping","id":1}}', { code: 20002, field: 'type' }],
    ['binary', new Uint8Array([1, 2, 3]), { code: 20002, message: expect.stringContaining('binary') }],
  ])('%s: the answer says what is wrong, and the socket stays', async (_what, data, expected) => {
    const { url } = await startServer()
    const client = await RawClient.connect(url)
    client.say(data)
    expect(await client.until(isError)).toMatchObject({ type: 'error', ...expected })
    expect(await client.ask(joinMessage({ userId: 'alice' }))).toMatchObject({ type: 'joined' })
  })

  it('the first few are forgiven, then the socket is closed', async () => {
    const { url } = await startServer({ EARSHOT_MAX_BAD_MESSAGES: '3' })
    const client = await RawClient.connect(url)
    for (let count = 0; count < 6; count += 1) client.say('null')
    expect(await client.closed).toEqual({ code: 1008, reason: 'too many malformed messages' })
    expect(client.heard).toHaveLength(4)
    await stillServes(url)
  })

  it('a message that is too long is answered and closes the socket', async () => {
    const { url } = await startServer({ EARSHOT_MAX_MESSAGE_BYTES: '1024' })
    const client = await RawClient.connect(url)
    client.say(JSON.stringify({ type: 'ping', id: 1, more: 'é'.repeat(600) }))
    expect(await client.closed).toMatchObject({ code: 1009 })
    expect(client.heard).toMatchObject([{ type: 'error', code: 20002, message: expect.stringContaining('1024') }])
  })

  it('a huge message closes the socket unread', async () => {
    const { url } = await startServer({ EARSHOT_MAX_MESSAGE_BYTES: '1024' })
    const client = await RawClient.connect(url)
    client.say('x'.repeat(5_000_000))
    expect([1006, 1009]).toContain((await client.closed).code) // 1006 when the server's close frame meets our unsent bytes
    await stillServes(url)
  })

  it('bytes that are no UTF-8 close the socket', async () => {
    const { url } = await startServer()
    const client = await RawClient.connect(url)
    client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
    expect(await client.closed).toMatchObject({ code: 1007 })
    await stillServes(url)
  })

  it('frames that break the protocol of WebSocket close the socket', async () => {
    const { url } = await startServer()
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write('GET /v1/channel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toContain(' 101 ')
    socket.end(Buffer.from([0x81, 0x02, 0x68, 0x69])) // not masked, as a client's frames must be
    await once(socket, 'close')
    await stillServes(url)
  })
})

describe('too much of everything', () => {
  it('more messages than the rate allows are refused by their id, and a client that goes on is closed', async () => {
    const { url } = await startServer({ EARSHOT_MAX_MESSAGES_PER_SECOND: '1', EARSHOT_MAX_MESSAGE_BURST: '5' })
    const client = await RawClient.joined(url, { userId: 'alice' })
    for (let id = 100; id < 130; id += 1) client.say(JSON.stringify({ type: 'ping', id }))
    expect(await client.closed).toEqual({ code: 1008, reason: 'too many messages' })
    const refused = client.heard.filter(isError)
    expect(refused).toHaveLength(6)
    expect(refused[0]).toMatchObject({ code: 20003, id: expect.any(Number) })
    await stillServes(url)
  })

  it('a socket that does not join in time is closed', async () => {
    const { url } = await startServer({ EARSHOT_JOIN_SECONDS: '1' })
    const client = await RawClient.connect(url)
    expect(await client.closed).toMatchObject({ code: 1008 })
    expect(client.heard).toMatchObject([{ type: 'error', code: 16908804 }])
  })

  it.each([['says nothing', ''], ['stops in the middle of a head', 'GET /healthz HTTP/1.1\r\nHost: x\r\n']])('a connection that %s is closed in time', async (_what, text) => {
    const { url } = await startServer({ EARSHOT_JOIN_SECONDS: '1' })
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    const before = performance.now()
    socket.write(text)
    socket.resume()
    await once(socket, 'close')
    expect(performance.now() - before).toBeLessThan(4500) // a second, and one more until the server looks; Node by itself looks every 30 s
  })

  it('one that has joined is not', async () => {
    const { url } = await startServer({ EARSHOT_JOIN_SECONDS: '1' })
    const idle = await RawClient.connect(url)
    const joined = await RawClient.joined(url, { userId: 'alice' })
    await idle.closed // its time is over, and with it that of the one that connected right after
    expect(await joined.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' })
    await joined.close()
  })

  it('a client that says nothing at all is given up after the grace time, and the others hear that it left', async () => {
    const { url } = await startServer({ EARSHOT_GRACE_SECONDS: '1' })
    const silent = await RawClient.connect(url, { autoPong: false })
    await silent.ask(joinMessage({ userId: 'silent' }))
    const witness = await RawClient.joined(url, { userId: 'witness' })
    await witness.hears('member-left')
    expect(await silent.closed).toMatchObject({ code: 1006 })
    expect(await witness.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' }) // it answers pings, and nothing else all the while
  })

  it('a client that does not read is cut off, and the others are served', async () => {
    const { url, lines } = await startServer({ EARSHOT_MAX_QUEUE_BYTES: '4096', EARSHOT_MAX_MESSAGES_PER_SECOND: '1000000', EARSHOT_MAX_MESSAGE_BURST: '1000000', EARSHOT_MAX_BAD_MESSAGES: '1000000' })
    const client = await RawClient.joined(url, { userId: 'alice' })
    const witness = await RawClient.joined(url, { userId: 'witness' })
    client.socket.pause()
    const flood = JSON.stringify({ type: 'x'.repeat(500), id: 1 })
    const gone = witness.hears('member-left')
    // Until the kernel's buffers in between are full; each answer names the bad type, so it is as long as the question.
    while (!lines.some((line) => line.includes('reads too slowly'))) {
      for (let count = 0; count < 500; count += 1) client.say(flood)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await gone
    client.socket.terminate()
  })

  it.each([
    ['in all', { EARSHOT_MAX_SOCKETS: '1' }, 503],
    ['of one address', { EARSHOT_MAX_SOCKETS_PER_ADDRESS: '1' }, 429],
    ['that have not joined', { EARSHOT_MAX_UNJOINED_SOCKETS: '1' }, 503],
  ])('sockets %s: one too many is refused before it is one, and its place is free when another goes', async (_what, env, status) => {
    const { url } = await startServer(env)
    const first = await RawClient.connect(url)
    expect(await refusedWith(url)).toBe(status)
    await first.close()
    await (await RawClient.connect(url)).close()
  })
})

/** The status of a refused upgrade. */
async function refusedWith(url: string, path = '/v1/channel', headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers })
  const [, response] = await once(socket, 'unexpected-response')
  socket.on('error', () => undefined)
  socket.terminate()
  return Number(response.statusCode)
}

describe('requests to become a WebSocket', () => {
  it.each([['/', 404], ['/v1', 404], ['/v1/channel/', 404], ['/v1/control/channels', 404]])('at %s: %i', async (path, status) => {
    const { url } = await startServer()
    expect(await refusedWith(url, path)).toBe(status)
  })

  it('pages of other hosts are refused, those of the same and programs are not', async () => {
    const { url } = await startServer()
    expect(await refusedWith(url, undefined, { Origin: 'https://evil.example' })).toBe(403)
    await (await RawClient.connect(url, { headers: { Origin: url } })).close()
    const open = await startServer({ EARSHOT_ALLOWED_ORIGINS: '*' })
    await (await RawClient.connect(open.url, { headers: { Origin: 'https://evil.example' } })).close()
  })

  it.each([
    ['//'], ['http://[/v1/channel'], ['*'], ['/v1/channel/../..'], ['/%ff'], ['/v1/channel%00'], ['?'],
  ])('the target %s is answered and the connection closed', async (target) => {
    const { url } = await startServer()
    const answer = await rawRequest(url, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    await stillServes(url)
  })

  it('an upgrade to something else is answered and the connection closed', async () => {
    const { url } = await startServer()
    expect(await rawRequest(url, 'GET /v1/channel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await rawRequest(url, 'GET /v1/channel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*\{"code":400,"message":"[^"]*Sec-WebSocket-Key/) // no key
    await stillServes(url)
  })

  it('clients that reset in the middle of it harm nobody', async () => {
    const { url } = await startServer()
    const { hostname, port } = new URL(url)
    for (const path of ['/', '/v1/channel', '//']) {
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      socket.on('error', () => undefined)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    await stillServes(url)
  })
})

/** Sends bytes and reads until the server closes. */
async function rawRequest(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(request)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}
